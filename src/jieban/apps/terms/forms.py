"""Forms of terms. A form says how something is typed; the services say whether it may be."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jieban.apps.terms.models import Term
from jieban.apps.terms.services import COUNTED, LONGEST
from jieban.apps.terms.templatetags.term_words import WORDS
from jieban.domain.terms.rules import PROBLEM_SOURCES
from jieban.domain.terms.selfreliance import MEASURES, MONTHS_BEFORE, MOST_MONTHS

LARGEST_LIST = 5 * 1024 * 1024
_FILE = ".xlsx,.xls,.ods,.csv,.tsv"


def _day(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, help_text=help_text, widget=widget)


def _text(
    label: Any, what: str, *, required: bool = True, rows: int = 3, help_text: Any = ""
) -> Any:
    return forms.CharField(
        label=label,
        required=required,
        max_length=LONGEST[what],
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class ProblemChoice(forms.Form):
    """A form in which problems of the term are ticked."""

    problems = forms.TypedMultipleChoiceField(
        label=_("Problems"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple()
    )

    def offer(self, term: Term, *states: str) -> None:
        """Offer the term's problems, those in these states where some are named."""
        found = term.problems.filter(state__in=states) if states else term.problems.all()
        self.fields["problems"].choices = [  # type: ignore[attr-defined]
            (each.serial, f"{each.serial}. {each.text}") for each in found
        ]


class WeekForm(ProblemChoice):
    """The week in counts and one text."""

    week = forms.DateField(widget=forms.HiddenInput())
    done = forms.IntegerField(label=WORDS["done"], min_value=0, max_value=999)
    persuaded = forms.IntegerField(label=WORDS["persuaded"], min_value=0, max_value=999)
    talked = forms.IntegerField(label=WORDS["talked"], min_value=0, max_value=999)
    meetings = forms.IntegerField(label=WORDS["meetings"], min_value=0, max_value=999)
    joint_calls = forms.IntegerField(label=WORDS["joint_calls"], min_value=0, max_value=999)
    note = _text(
        _("What moved"),
        "note",
        required=False,
        help_text=_("One or two sentences; no names or numbers of residents."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in COUNTED:
            self.fields[name].widget.attrs |= {"inputmode": "numeric", "step": "1"}
            self.fields[name].widget.attrs["aria-describedby"] = f"id_{name}_steps"

    def counts(self) -> dict[str, int]:
        return {name: self.cleaned_data[name] for name in COUNTED}


class ProblemForm(forms.Form):
    """A new line of the problem list."""

    text = forms.CharField(
        label=_("Problem"),
        max_length=LONGEST["problem"],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What is wrong and where; no names or numbers of residents."),
    )
    source = forms.ChoiceField(
        label=_("Source of the problem"), choices=[(code, WORDS[code]) for code in PROBLEM_SOURCES]
    )
    category = forms.CharField(label=_("Category"), max_length=LONGEST["category"], required=False)
    linked = forms.CharField(
        label=_("Numbers of cases"),
        required=False,
        max_length=2000,
        help_text=_("Set apart by spaces or commas; only cases you may see."),
    )

    def clean_linked(self) -> list[str]:
        said = self.cleaned_data["linked"]
        for mark in "，、;；\n\t":
            said = said.replace(mark, ",")
        return [word for part in said.split(",") for word in part.split() if word]


class MonthForm(forms.Form):
    """One month in words."""

    month = forms.CharField(widget=forms.HiddenInput(), max_length=7)
    progress = _text(_("What moved"), "review")
    obstacles = _text(_("What stands in the way"), "review", required=False, rows=2)
    help_needed = _text(_("What help is needed"), "review", required=False, rows=2)


class PlanForm(forms.Form):
    """One official, one community, one day."""

    cohort = forms.ChoiceField(label=_("Cohort"))
    official = forms.ChoiceField(label=_("Official"))
    area = forms.ChoiceField(label=_("Community or village"))
    planned_start = _day(_("Planned start"))

    def offer(self, **choices: Sequence[tuple[str, Any]]) -> None:
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]


class CohortForm(forms.Form):
    """A whole cohort from its confirmed pairs."""

    cohort = forms.ChoiceField(label=_("Cohort"))
    planned_start = _day(_("Planned start"))

    def offer(self, **choices: Sequence[tuple[str, Any]]) -> None:
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]


class BaselineForm(forms.Form):
    """The published run a term is measured against."""

    run = forms.ChoiceField(
        label=_("Published run"),
        help_text=_("Twelve months before the term say more than one."),
    )


class IndexForm(forms.Form):
    """What self-reliance will mean, said before the term."""

    measures = forms.MultipleChoiceField(
        label=_("Measures"),
        choices=[(code, WORDS[code]) for code in MEASURES],
        widget=forms.CheckboxSelectMultiple(),
        initial=MEASURES,
    )
    months_before = forms.IntegerField(
        label=_("Months before"), min_value=1, max_value=MOST_MONTHS, initial=MONTHS_BEFORE
    )
    months_after = forms.IntegerField(
        label=_("Months after"), min_value=1, max_value=MOST_MONTHS, initial=12
    )


class ArrivalForm(forms.Form):
    """The day the official came."""

    arrived_on = _day(_("Arrived on"))


class DecisionForm(ProblemChoice):
    """To end or to extend, and why."""

    outcome = forms.ChoiceField(
        label=_("Decision"),
        choices=[("end", _("End the term: the post is left")), ("extend", _("Extend the term"))],
        widget=forms.RadioSelect(),
    )
    reason = _text(_("Reason"), "reason")
    exception = _text(
        _("Exception: why the post is left with problems open"),
        "reason",
        required=False,
        rows=2,
        help_text=_("Only where problems are open and the term ends; a second person approves."),
    )

    field_order = ("outcome", "problems", "reason", "exception")


class HandOverForm(forms.Form):
    """The post goes to another official."""

    to = forms.ChoiceField(label=_("Official who takes over"))
    on = _day(_("Day of the hand-over"))
    items = forms.CharField(
        label=_("What was handed over"),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=10_000,
        help_text=_("One item a line; open problems are put down by themselves."),
    )
    reason = _text(_("Reason"), "reason", rows=2)


class LookBackForm(ProblemChoice):
    """What is found 6 or 12 months after."""

    findings = _text(_("What you found"), "review", rows=4)
    run = forms.ChoiceField(label=_("Published run"), required=False)
    field_order = ("findings", "problems", "run")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["problems"].label = _("Problems that came back")


class ListForm(forms.Form):
    """A list of postings on its way in."""

    programme = forms.CharField(
        label=_("Code of the programme"),
        max_length=32,
        help_text=_("Letters, digits, hyphens; a code nobody used opens a new programme."),
    )
    file = forms.FileField(
        label=_("List of postings"),
        widget=forms.FileInput(
            attrs={"accept": _FILE, "class": "drop", "aria-describedby": "id_file_helptext"}
        ),
        error_messages={
            "required": _("No file was chosen yet."),
            "missing": _("No file was chosen yet."),
            "empty": _("The file is empty; there is nothing to import. Export it again."),
        },
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_LIST:
            raise forms.ValidationError(_("The file is too large for a list of postings."))
        return file


class ConfirmListForm(forms.Form):
    """What the preview showed, to be taken in."""

    programme = forms.CharField(max_length=32)
    name = forms.CharField(max_length=255, required=False)
    text = forms.CharField(max_length=LARGEST_LIST)
