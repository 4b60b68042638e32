from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "jieban.apps.integrations"
    label = "integrations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the ledger's relay tell the webhooks what happened."""
        from jieban.apps.integrations.services import note_events
        from jieban.apps.ledger.services import follow

        follow("integrations.webhooks", note_events)
