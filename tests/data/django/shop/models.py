from django.db import models


class Account(models.Model):
    name = models.CharField(max_length=50)
    app_secret = models.CharField(max_length=50, default="")
