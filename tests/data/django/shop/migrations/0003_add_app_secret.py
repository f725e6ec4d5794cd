from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_placeholder")]

    operations = [
        migrations.AddField("Account", "app_secret", models.CharField(max_length=50, default="")),
    ]
