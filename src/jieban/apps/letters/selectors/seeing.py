"""Who may see which letter and batch, who decides on a letter, who may read an original."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from jieban.apps.directory import selectors as directory
from jieban.apps.directory.selectors.reach import reach_of
from jieban.apps.letters.models import Batch, Letter, LetterUnit
from jieban.apps.rectification.models import Round
from jieban.apps.rectification.selectors.seeing import rounds_visible_to, units_in_reach
from jieban.apps.rectification.selectors.standing import may_sign_for, with_successors
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.rectification.letters import Standing, State
from jieban.domain.rectification.tasks import signing_unit

ANSWER = ("verdict", "finding", "goal", "action")
NEEDED = ("verdict", "finding", "action")
"""What an answer holds, and what of it must be there before the letter is done."""


def letters_visible_to(actor: Actor, permission: str = "letter.see") -> QuerySet[Letter]:
    """Letters on which the actor holds `permission`.

    To answer: those of a unit within reach. To manage: those of rounds whose office is within
    reach. To see: both, and those at a place within reach.
    """
    reach = reach_of(actor, permission)
    if reach.everywhere:
        return Letter.objects.all()
    units = sorted(units_in_reach(reach))
    by_office = Q(round__office__in=units)
    if permission == "letter.manage":
        return Letter.objects.filter(by_office)
    joint = LetterUnit.objects.filter(letter=OuterRef("pk"), unit__in=units)
    kept = Q(lead__in=units) | Q(Exists(joint))
    if permission == "letter.see":
        kept |= by_office | Q(area__in=sorted(reach.areas))
    return Letter.objects.filter(kept)


def letter_by_number(
    actor: Actor, code: str, number: str, permission: str = "letter.see"
) -> Letter:
    """
    Raises:
        Refused "letter.not_found": none of this number in the round, or not within reach.
    """
    found = letters_visible_to(actor, permission).filter(round__code=code, number=number)
    if "\x00" in number:
        found = found.none()
    letter = found.select_related("round__office", "batch", "lead", "area").first()
    if letter is None:
        raise Refused("letter.not_found", round=code[:32], number=number[:32])
    return letter


def rounds_with_letters(actor: Actor) -> QuerySet[Round]:
    """Rounds the actor keeps, and those of which they may see a letter."""
    if reach_of(actor, "letter.see").everywhere:
        return Round.objects.all()
    mine = letters_visible_to(actor).filter(round=OuterRef("pk"))
    kept = Q(Exists(mine)) | Q(pk__in=rounds_managed_by(actor).values("pk"))
    return Round.objects.filter(kept)


def rounds_managed_by(actor: Actor) -> QuerySet[Round]:
    """Rounds into which the actor may take letters."""
    return rounds_visible_to(actor, "letter.manage")


def round_seen(actor: Actor, code: str) -> Round:
    """
    Raises:
        Refused "round.not_found".
    """
    found = rounds_with_letters(actor).select_related("office").filter(code=code).first()
    if found is None:
        raise Refused("round.not_found", round=code[:32])
    return found


def batch_by_number(actor: Actor, code: str, number: str) -> Batch:
    """
    Raises:
        Refused "round.not_found", "batch.not_found".
    """
    batch = Batch.objects.filter(round=round_seen(actor, code), number=number).first()
    if batch is None:
        raise Refused("batch.not_found", round=code[:32], batch=number[:16])
    return batch


def may_manage(actor: Actor, letter: Letter) -> bool:
    return rounds_managed_by(actor).filter(pk=letter.round_id).exists()


def may_answer(actor: Actor, letter: Letter) -> bool:
    return letters_visible_to(actor, "letter.handle").filter(pk=letter.pk).exists()


def may_open(actor: Actor, letter: Letter) -> bool:
    """Whether the actor may read the original: who manages or answers the letter."""
    return may_manage(actor, letter) or may_answer(actor, letter)


def unit_codes_of(letter: Letter) -> frozenset[str]:
    """Codes of the lead unit and of the joint ones, and of what they have become."""
    units = {each.unit.code for each in letter.joint.select_related("unit")}
    return with_successors(units | ({letter.lead.code} if letter.lead else set()))


def judge_of(letter: Letter, units: frozenset[str] | None = None) -> str:
    """Code of the unit that decides: the round's office, or the nearest one above it that is none
    of the letter's own; "" is the district."""
    above = {code: way[1] for code, way in directory.standing().unit_above.items() if len(way) > 1}
    held = unit_codes_of(letter) if units is None else units
    return signing_unit(letter.round.office.code, held, above)


def may_judge(actor: Actor, letter: Letter) -> bool:
    """Whether letter.manage reaches the unit that decides on the letter."""
    return may_sign_for(actor, judge_of(letter), "letter.manage")


def standing_of(letter: Letter) -> Standing:
    """The letter as `decide` wants it."""
    return Standing(
        state=State(letter.state),
        units=unit_codes_of(letter),
        answered_by=frozenset(letter.answered_by),
        blanks=tuple(name for name in NEEDED if not getattr(letter, name)),
        wanted=letter.wanted,
    )
