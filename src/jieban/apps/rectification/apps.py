from django.apps import AppConfig


class RectificationConfig(AppConfig):
    name = "jieban.apps.rectification"
    label = "rectification"
    default_auto_field = "django.db.models.BigAutoField"
