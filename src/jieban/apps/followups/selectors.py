"""Every read of call-backs."""

from django.db.models import QuerySet

from jieban.apps.cases import selectors as cases
from jieban.apps.cases.models import Case
from jieban.apps.followups.models import FollowUp
from jieban.domain.actors import Actor
from jieban.domain.cases.lifecycle import State
from jieban.sealing import Sealer


def waiting(actor: Actor) -> QuerySet[Case]:
    """Answered cases to be called back, those due first."""
    return (
        cases.visible_to(actor, "follow_up.record")
        .filter(state=State.ANSWERED.value, open=True)
        .select_related("area", "lead_unit")
        .order_by("next_at", "id")
    )


def of_case(case: Case) -> QuerySet[FollowUp]:
    """Every call-back of a case, oldest first."""
    return FollowUp.objects.filter(case=case)


def attempts_in_pass(case: Case) -> int:
    """Calls made in the present pass."""
    return FollowUp.objects.filter(case=case, pass_number=case.passes).count()


def words_of(follow_up: FollowUp, sealer: Sealer) -> str:
    """The resident's own words, opened; empty where none were taken down or they were erased."""
    return sealer.open(follow_up.words.sealed).decode() if follow_up.words else ""
