from django.apps import AppConfig


class PledgesConfig(AppConfig):
    name = "tests.declaring.pledges"
    default_auto_field = "django.db.models.BigAutoField"
