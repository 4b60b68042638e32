"""Every write of call-backs: one act."""

from datetime import datetime

from django.db import transaction

from jieban.apps.cases import services as cases
from jieban.apps.directory import selectors as directory
from jieban.apps.followups.models import FollowUp
from jieban.apps.followups.selectors import attempts_in_pass
from jieban.apps.ledger import selectors as ledger
from jieban.domain.actors import Actor
from jieban.domain.cases.lifecycle import State
from jieban.domain.errors import Refused
from jieban.domain.followup.answers import Answers, Consequence, check_answers, consequence

LONGEST_WORDS = 2000
REOPENED_BY_RULE = "回访未解决，按规则重办"
# Acts that make somebody a handler of the case: they may not ask how it went.
_HANDLING = (
    "case.accepted",
    "case.share_accepted",
    "case.contacted",
    "case.contact_tried",
    "case.answered",
    "case.share_answered",
)


@transaction.atomic
def record_follow_up(
    actor: Actor,
    number: str,
    answers: Answers,
    *,
    at: datetime,
    words: str = "",
    version: int | None = None,
) -> FollowUp:
    """Enter one call-back. The last valid one counts; unresolved reopens by rule, else it closes.

    Raises:
        Refused "case.not_found", "case.changed_meanwhile", "follow_up.not_answered",
            "follow_up.handler", "follow_up.words_too_long", those of check_answers.
    """
    case = cases.hold_for_follow_up(actor, number, version)
    if case.state != State.ANSWERED:
        raise Refused("follow_up.not_answered", number=number, state=case.state)
    if ledger.events_of("case", number).filter(actor_id=actor.id, kind__in=_HANDLING).exists():
        raise Refused("follow_up.handler", number=number)
    if len(words) > LONGEST_WORDS:
        raise Refused("follow_up.words_too_long", limit=LONGEST_WORDS)
    check_answers(answers)
    limits = directory.rulebook_in_force(at).limits
    follows = consequence(
        answers,
        attempts=attempts_in_pass(case) + 1,
        may_reopen=case.kind == "request" and limits.may_reopen(case.passes - 1),
    )
    note = cases.keep_note(actor, case, "words", words, at=at) if words.strip() else None
    made = FollowUp.objects.create(
        case=case,
        pass_number=case.passes,
        at=at,
        by=actor.name,
        by_id=actor.id,
        result=answers.result.value,
        contacted=answers.contacted,
        resolved=answers.resolved,
        satisfaction=answers.satisfaction,
        words_id=note,
        consequence=follows.value,
    )
    cases.record_outcome(
        actor,
        case,
        at=at,
        valid=answers.valid,
        contacted=answers.contacted,
        resolved=answers.resolved,
        satisfaction=answers.satisfaction,
        follow_up=made.pk,
    )
    if follows is Consequence.REOPENED:
        cases.reopen(actor, case, at=at, reason=REOPENED_BY_RULE)
    elif follows is Consequence.CLOSED:
        cases.close_after_follow_up(actor, case, at=at)
    return made
