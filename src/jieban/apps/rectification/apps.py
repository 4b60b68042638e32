from django.apps import AppConfig


class RectificationConfig(AppConfig):
    name = "jieban.apps.rectification"
    label = "rectification"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models are there only now.
        from jieban.apps.ledger.selectors import register_fold
        from jieban.apps.rectification.selectors.folding import FOLDS

        for subject, fold in FOLDS.items():
            register_fold(subject, fold)
