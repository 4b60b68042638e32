"""Programmes, their selections and cohorts."""

from django.db.models import Count, Q, QuerySet

from jieban.apps.directory import selectors as directory
from jieban.apps.programmes.models import Candidate, Cohort, Programme, Selection
from jieban.domain.errors import Refused
from jieban.domain.programmes.criteria import Criteria, read_criteria
from jieban.domain.programmes.selection import SENT, Standing


def programmes() -> QuerySet[Programme]:
    """Every programme, newest first, with the number of its selections and cohorts."""
    return Programme.objects.annotate(
        lists=Count("selections", distinct=True), batches=Count("cohorts", distinct=True)
    )


def programme_by_code(code: str) -> Programme:
    """
    Raises:
        Refused "programme.not_found".
    """
    found = Programme.objects.filter(code=code).first()
    if found is None:
        raise Refused("programme.not_found", programme=code)
    return found


def criteria_of(programme: Programme) -> Criteria:
    return read_criteria(programme.criteria)


def cohort_of(programme: Programme, number: int) -> Cohort:
    """
    Raises:
        Refused "cohort.not_found".
    """
    found = (
        Cohort.objects.select_related("programme", "selection")
        .filter(programme=programme, number=number)
        .first()
    )
    if found is None:
        raise Refused("cohort.not_found", programme=programme.name, number=number)
    return found


def name_of(cohort: Cohort) -> str:
    """How a cohort is named in the ledger: programme and number."""
    return f"{cohort.programme.code}-c{cohort.number}"


def selection_by_number(programme: Programme, number: int) -> Selection:
    """
    Raises:
        Refused "selection.not_found".
    """
    found = (
        Selection.objects.select_related("programme", "run", "run__assessment")
        .filter(programme=programme, number=number)
        .first()
    )
    if found is None:
        raise Refused("selection.not_found", programme=programme.name, number=number)
    return found


def lot_is_waiting(selection: Selection) -> bool:
    """Whether places of equal need wait for a lot that was not drawn yet."""
    return selection.candidates.filter(standing=Standing.IN_LOT.value).exists()


def sent_places(selection: Selection) -> QuerySet[Candidate]:
    """The places somebody is sent to: chosen or picked by hand, those in greatest need first."""
    return selection.candidates.filter(standing__in=[each.value for each in SENT])


def selections_of(programme: Programme) -> QuerySet[Selection]:
    """The lists of a programme, newest first, with how many places each sends to."""
    sent = Q(candidates__standing__in=[each.value for each in SENT])
    waiting = Q(candidates__standing=Standing.IN_LOT.value)
    return (
        programme.selections.select_related("run", "programme")
        .annotate(
            sent=Count("candidates", filter=sent), waiting=Count("candidates", filter=waiting)
        )
        .order_by("-number")
    )


def cohorts_of(programme: Programme) -> QuerySet[Cohort]:
    """The cohorts of a programme with the number of their pairs."""
    return (
        programme.cohorts.select_related("selection", "selection__programme")
        .annotate(matched=Count("pairs"))
        .order_by("number")
    )


def standings_of(selection: Selection) -> dict[str, int]:
    """How many places of a list stand how, in the order they are told."""
    counted = dict(
        selection.candidates.order_by().values_list("standing").annotate(number=Count("id"))
    )
    return {each.value: counted[each.value] for each in Standing if each.value in counted}


def earlier_lots(selection: Selection) -> list[Selection]:
    """Lists of the programme on the very same figures whose lot was drawn: what a second lot
    would be a second try of."""
    same = Selection.objects.filter(
        programme=selection.programme,
        rows_digest=selection.rows_digest,
        lot_drawn_at__isnull=False,
    )
    return list(same.exclude(pk=selection.pk).select_related("programme").order_by("number"))


def place_code(word: str) -> str:
    """The code of the one community or village of this name; the word itself where there is no
    such name, or several."""
    found = directory.areas().filter(name=word, kind__in=("community", "village"), valid_to=None)
    codes = list(found.values_list("code", flat=True)[:2])
    return codes[0] if len(codes) == 1 else word
