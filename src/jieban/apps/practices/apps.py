from django.apps import AppConfig


class PracticesConfig(AppConfig):
    name = "jieban.apps.practices"
    label = "practices"
    default_auto_field = "django.db.models.BigAutoField"
