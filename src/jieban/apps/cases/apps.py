from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "jieban.apps.cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models are there only now.
        from jieban.apps.cases.selectors.folding import compare, every_number
        from jieban.apps.ledger.selectors import Fold, register_fold

        register_fold("case", Fold(compare, every_number, "case.received"))
