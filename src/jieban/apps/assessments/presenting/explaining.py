"""Why a score moved, in three plain sentences. They say what the arithmetic holds and no cause."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from jieban.apps.assessments.presenting.words import RATES, in_sentence
from jieban.domain.rulebook.schema import Rulebook
from jieban.domain.words import language
from jieban.evaluation.explain import Explanation
from jieban.evaluation.levels import Row
from jieban.evaluation.scoring import points, printed


def sentences(why: Explanation, row: Row, rulebook: Rulebook) -> list[str]:
    """What changed and whether chance would do; which rate gave most; where to look first."""
    return [
        _what_changed(why, row, rulebook),
        _which_rates(why, rulebook),
        _where_to_look(why, rulebook),
    ]


def _what_changed(why: Explanation, row: Row, rulebook: Rulebook) -> str:
    score = points(row.score or 0, rulebook.print_decimals)
    amount = points(abs(why.change), rulebook.print_decimals)
    said: dict[str, Any] = {"score": score, "amount": amount}
    if why.change == 0:
        return _("The score is %(score)s, the same as in the period before.") % said
    if row.change is None or row.change.low is None or row.change.high is None:
        up, down = (
            _(
                "The score is %(score)s, %(amount)s higher than in the period before; too "
                "little is known to say whether chance alone would do."
            ),
            _(
                "The score is %(score)s, %(amount)s lower than in the period before; too "
                "little is known to say whether chance alone would do."
            ),
        )
        return (up if why.change > 0 else down) % said
    said |= {"low": _bound(row.change.low), "high": _bound(row.change.high)}
    texts = {
        (True, True): _(
            "The score is %(score)s, %(amount)s higher than in the period before; the "
            "true change may be anything from %(low)s to %(high)s, so this is within "
            "noise."
        ),
        (False, True): _(
            "The score is %(score)s, %(amount)s lower than in the period before; the "
            "true change may be anything from %(low)s to %(high)s, so this is within "
            "noise."
        ),
        (True, False): _(
            "The score is %(score)s, %(amount)s higher than in the period before; the "
            "true change is likely between %(low)s and %(high)s, more than chance "
            "alone would give."
        ),
        (False, False): _(
            "The score is %(score)s, %(amount)s lower than in the period before; the "
            "true change is likely between %(low)s and %(high)s, more than chance "
            "alone would give."
        ),
    }
    return texts[(why.change > 0, bool(why.is_noise))] % said


def _which_rates(why: Explanation, rulebook: Rulebook) -> str:
    first, *others = why.rates
    said = {
        "rate": in_sentence(RATES[first.rate].name),
        "before": printed(first.before, 1),
        "now": printed(first.now, 1),
        "points": _signed(first.contribution, rulebook),
    }
    if first.contribution == 0:
        return _("No rate moved the score.")
    text = _(
        "Most of it is the %(rate)s: from %(before)s%% to %(now)s%%, which gives %(points)s points."
    )
    sentence = text % said
    rest = [reason for reason in others if reason.contribution]
    if rest:
        listed = _(", ").join(
            f"{in_sentence(RATES[reason.rate].name)} {_signed(reason.contribution, rulebook)}"
            for reason in rest
        )
        sentence += _gap() + _("The others: %(listed)s.") % {"listed": listed}
    return sentence


def _where_to_look(why: Explanation, rulebook: Rulebook) -> str:
    one = points(why.one_answer, rulebook.print_decimals)
    answers = _(
        "Answers it stands on: %(now)s (%(before)s before); one moves it by up to %(one)s points."
    ) % {
        "now": why.answers_now,
        "before": why.answers_before,
        "one": one,
    }
    telling = [reason for reason in why.categories if reason.contribution * why.change > 0]
    if not telling:
        return answers
    first = telling[0]
    look = _(
        "By category, %(category)s weighs most in it (%(points)s points; cases: "
        "%(before)s before, %(now)s now): where to look first, not a cause."
    ) % {
        "category": _category(first.category),
        "points": _signed(first.contribution, rulebook),
        "before": first.whole_before,
        "now": first.whole_now,
    }
    return f"{look}{_gap()}{answers}"


def _category(name: str) -> str:
    return name.replace("->", " › ") or _("without a category")


def _signed(millionths: int, rulebook: Rulebook) -> str:
    value: Decimal = points(millionths, rulebook.print_decimals)
    return f"{value:+}".replace("-", "−")


def _bound(value: float) -> str:
    return f"{value:+.1f}".replace("-", "−")


def _gap() -> str:
    """What stands between two sentences: English has a space there."""
    return "" if language() == "zh" else " "
