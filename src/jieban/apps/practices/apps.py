from django.apps import AppConfig


class PracticesConfig(AppConfig):
    name = "jieban.apps.practices"
    label = "practices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models are there only now.
        from jieban.apps.ledger.selectors import Fold, register_fold
        from jieban.apps.practices.selectors import folding

        for subject, compare, rows, begins in (
            ("project", folding.compare_project, folding.every_project, "project.opened"),
            ("practice", folding.compare_practice, folding.every_practice, "practice.written"),
            ("note", folding.compare_note, folding.every_note, "note.opened"),
        ):
            register_fold(subject, Fold(compare, rows, begins))
