"""Adds a column that some databases have already, put there by a migration that is gone.

Looks in the catalogue of the current schema, then alters. What the migrations believe of the model
(the state) changes either way. A column that was there keeps its type and what is in it; reversing
drops it, whoever made it.
"""
from django.db import migrations, models


class AddFieldIfAbsent(migrations.AddField):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        connection = schema_editor.connection
        model = to_state.apps.get_model(app_label, self.model_name)
        column = model._meta.get_field(self.name).column
        if self.allow_migrate_model(connection.alias, model):
            if column in columns(connection, model._meta.db_table):
                return
        super().database_forwards(app_label, schema_editor, from_state, to_state)


def columns(connection, table):
    """The columns that the table has now, in the schema that an unqualified name means."""
    with connection.cursor() as cursor:
        return {column.name for column in connection.introspection.get_table_description(cursor, table)}


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_placeholder")]

    operations = [
        AddFieldIfAbsent("Account", "app_secret", models.CharField(max_length=50, default="")),
    ]
