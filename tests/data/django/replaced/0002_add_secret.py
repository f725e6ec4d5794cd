"""What 0002_placeholder and 0003_add_app_secret replaced. Its source was deleted; its bytecode was not."""
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]

    operations = [
        migrations.AddField("Account", "app_secret", models.CharField(max_length=50, default="")),
    ]
