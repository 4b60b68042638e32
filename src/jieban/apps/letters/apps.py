from django.apps import AppConfig


class LettersConfig(AppConfig):
    name = "jieban.apps.letters"
    label = "letters"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models are there only now.
        from jieban.apps.ledger.selectors import Fold, register_fold
        from jieban.apps.letters.selectors.folding import FOLDS

        for subject, (compare, rows, begins) in FOLDS.items():
            register_fold(subject, Fold(compare, rows, begins))
