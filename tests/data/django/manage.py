#!/usr/bin/env python3
"""Django's manage.py, but it takes several commands, with a comma between, and two of its own:

sql STATEMENT    runs it, and prints the rows that it gives
columns          of the table shop_account, as the database has it
"""
import itertools
import os
import sys

from django.core.management import execute_from_command_line
from django.db import connection


def run(command, *arguments):
    if command == "sql":
        with connection.cursor() as cursor:
            cursor.execute(*arguments)
            for row in cursor.fetchall() if cursor.description else []:
                print(*row)
    elif command == "columns":
        with connection.cursor() as cursor:
            table = connection.introspection.get_table_description(cursor, "shop_account")
        print("columns:", *[column.name for column in table])
    else:
        execute_from_command_line(["manage.py", command, *arguments])


os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
for comma, words in itertools.groupby(sys.argv[1:], ",".__eq__):
    if not comma:
        run(*words)
