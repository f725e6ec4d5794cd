"""The project that tests/cli/django.bats builds its incidents in.

SHOP_DATABASE    the file of an SQLite database, or the name of a PostgreSQL one if
SHOP_POSTGRES    names the directory of the server's socket
"""
import os

SECRET_KEY = "of no use"
USE_TZ = True
INSTALLED_APPS = ["shop"]
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["SHOP_DATABASE"]}}
if os.environ.get("SHOP_POSTGRES"):
    DATABASES["default"].update(
        ENGINE="django.db.backends.postgresql", HOST=os.environ["SHOP_POSTGRES"], USER="postgres")
