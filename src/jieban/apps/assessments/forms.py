"""Forms of assessments. They only read; what is allowed is decided below."""

from functools import cache
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jieban.apps.assessments.selectors import DEFAULT_RULEBOOK
from jieban.domain.rulebook import schema
from jieban.domain.words import language


def _rulebook_choices() -> list[tuple[str, str]]:
    """The shipped rulebooks, the usual one first."""
    return [
        (name, f"{zh if language() == 'zh' else en} ({name})") for name, zh, en in _shipped_titles()
    ]


@cache
def _shipped_titles() -> list[tuple[str, str, str]]:
    books = [schema.load(name) for name in schema.shipped_names()]
    books.sort(key=lambda book: book.name != DEFAULT_RULEBOOK)
    return [(book.name, book.title_zh, book.title_en) for book in books]


class ComputeForm(forms.Form):
    """Which period to evaluate, by which rules."""

    period = forms.CharField(
        label=_("Period"),
        max_length=16,
        help_text=_("A month such as 2023-10, a year, or a range such as 2022-01..2022-12."),
    )
    rulebook = forms.ChoiceField(label=_("Rulebook"), choices=_rulebook_choices)


class BecauseForm(forms.Form):
    """A reason in a person's own words."""

    because = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReviewForm(BecauseForm):
    """Passing a run; a reason is asked for from the second version on."""

    def __init__(self, *args: Any, version: int = 1, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["because"].required = version > 1
        self.fields["because"].label = _("Why there is a new version") if version > 1 else _("Note")


class AppealForm(forms.Form):
    """One assignment, contested."""

    number = forms.CharField(label=_("Case number"), max_length=64)
    unit = forms.ChoiceField(label=_("Unit"))
    ground = forms.ChoiceField(
        label=_("Ground of exclusion"),
        help_text=_("The grounds are those of the rulebook of this run."),
    )
    evidence = forms.CharField(
        label=_("Facts and grounds"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=4000,
        help_text=_(
            "What happened, and which document says so. Leave out residents' names and phones."
        ),
    )
    file = forms.FileField(
        label=_("File"), required=False, help_text=_("At most 10 MB; it is kept encrypted.")
    )

    def __init__(
        self,
        *args: Any,
        units: list[tuple[str, str]],
        grounds: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, listed in (("unit", units), ("ground", grounds)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", "—"), *listed]


class DecisionForm(forms.Form):
    """What a second person decides."""

    granted = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        choices=[
            ("yes", _("Grant: the assignment leaves the score in the next run")),
            ("no", _("Refuse: the figures stay")),
        ],
    )
    reason = forms.CharField(
        label=_("Reason of the decision"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
