from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "jieban.apps.cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models are there only now.
        from jieban.apps.cases.selectors.folding import compare
        from jieban.apps.ledger.selectors import register_fold

        register_fold("case", compare)
