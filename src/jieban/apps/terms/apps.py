from django.apps import AppConfig


class TermsConfig(AppConfig):
    name = "jieban.apps.terms"
    label = "terms"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models are there only now.
        from jieban.apps.ledger.selectors import Fold, register_fold
        from jieban.apps.programmes.selectors import register_posts
        from jieban.apps.terms.selectors.folding import BEGINS, compare, every_number
        from jieban.apps.terms.selectors.seeing import posted_between

        register_fold("term", Fold(compare, every_number, BEGINS))
        register_posts("terms", posted_between)
