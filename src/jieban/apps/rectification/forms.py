"""Forms of rounds, problems and tasks. They read; what may be is decided below."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jieban.apps.directory import selectors as directory
from jieban.apps.rectification.models import Round, Task
from jieban.apps.rectification.services import LEVELS, ROLES, ItemPlan, RoundPlan, TaskSaid
from jieban.apps.rectification.templatetags.rectification_words import LEVELS as LEVEL_WORDS
from jieban.apps.rectification.templatetags.rectification_words import ROLES as ROLE_WORDS


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, required=False)


def _text(label: Any, rows: int = 3, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=4000, widget=widget, **more)


def _units(label: Any, **more: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"list": "units"})
    return forms.CharField(label=label, widget=widget, **more)


class RoundForm(forms.Form):
    """What a round is."""

    code = forms.SlugField(
        label=_("Code"),
        max_length=32,
        help_text=_("Small letters, digits and hyphens; it stands in addresses and cannot change."),
    )
    name = forms.CharField(label=_("Name of the inspection"), max_length=200)
    level = forms.ChoiceField(
        label=_("Level"), choices=[(code, LEVEL_WORDS[code]) for code in LEVELS]
    )
    nth = forms.IntegerField(label=_("Which round"), min_value=1, max_value=99, initial=1)
    team = forms.CharField(label=_("Inspection team"), max_length=200, required=False)
    office = _units(
        _("Office that keeps the plan and signs off"),
        max_length=128,
        help_text=_("A unit of the directory. For tasks of its own, the unit above it signs off."),
    )
    stationed_from = _day(_("Stationed from"))
    stationed_to = _day(_("Stationed until"))
    feedback_on = _day(_("Feedback given on"))
    notice_days = forms.IntegerField(
        label=_("Working days of the public notice"),
        min_value=0,
        max_value=60,
        initial=5,
        help_text=_("0: tasks of this round are signed off without a public notice."),
    )
    stuck_days = forms.IntegerField(
        label=_("Days without a report until a task counts as stuck"),
        min_value=1,
        max_value=365,
        initial=30,
    )
    report_day = forms.IntegerField(
        label=_("Day of the month by which units report"), min_value=1, max_value=28, initial=25
    )
    look_back_months = forms.CharField(
        label=_("Months after the sign-off at which is looked back"), initial="6 12", max_length=40
    )
    letter_days = forms.IntegerField(
        label=_("Days to answer a letter"), min_value=1, max_value=365, initial=10
    )
    letter_codes = forms.CharField(
        label=_("Place codes in numbers of letters"),
        required=False,
        max_length=40,
        help_text=_("Capital letters with spaces between, such as BJ; blank: not checked."),
    )

    def clean_look_back_months(self) -> list[int]:
        """Whole numbers with spaces or commas between."""
        words = self.cleaned_data["look_back_months"].replace("，", " ").replace(",", " ").split()
        if not all(word.isdecimal() and len(word) < 4 for word in words):
            raise forms.ValidationError(_("Whole numbers with spaces between, please."))
        return [int(word) for word in words]

    def clean_letter_codes(self) -> list[str]:
        return str(self.cleaned_data["letter_codes"]).upper().replace(",", " ").split()

    def plan(self) -> RoundPlan:
        said = {name: value for name, value in self.cleaned_data.items() if name != "code"}
        return RoundPlan(**said)

    @staticmethod
    def initial_of(held: Round) -> dict[str, Any]:
        """What the form of an existing round begins with."""
        names = (name for name in RoundForm.base_fields if name != "office")
        return {name: getattr(held, name) for name in names} | {
            "office": held.office.name,
            "look_back_months": " ".join(map(str, held.look_back_months)),
            "letter_codes": " ".join(held.letter_codes),
        }


class ProblemForm(forms.Form):
    """What the inspection found."""

    text = _text(
        _("What was found, in the original words"),
        5,
        help_text=_("No names, phones or flats of residents, please."),
    )


class TaskForm(forms.Form):
    """One task of a plan."""

    problem = forms.TypedChoiceField(label=_("Problem found"), coerce=int)
    title = forms.CharField(label=_("Task"), max_length=200)
    goal = _text(
        _("Goal"),
        required=False,
        help_text=_(
            "Goal, lead, responsible and due date are needed before the plan is handed up."
        ),
    )
    lead = _units(_("Leading unit"), max_length=200, required=False)
    responsible = _units(
        _("Responsible units"),
        max_length=600,
        required=False,
        help_text=_("Several with commas between. Units outside the directory are kept in words."),
    )
    due = forms.CharField(
        label=_("Due date"),
        max_length=200,
        required=False,
        help_text=_("As plans write it: 2026年12月底前, 立行立改, 长期坚持, or two of them."),
    )
    role = forms.ChoiceField(
        label=_("Lead or assist"), choices=[(code, ROLE_WORDS[code]) for code in ROLES]
    )
    closer = forms.CharField(
        label=_("Signed off by another office"),
        max_length=100,
        required=False,
        help_text=_("Only where a unit outside, as the lead unit of the city, signs it off."),
    )
    area = forms.CharField(
        label=_("Place"),
        max_length=128,
        required=False,
        widget=forms.TextInput(attrs={"list": "areas"}),
        help_text=_("A community or street of the directory: complaints there are counted."),
    )
    place = forms.CharField(label=_("The spot"), max_length=200, required=False)
    category = forms.CharField(
        label=_("Kind of complaint"),
        max_length=255,
        required=False,
        widget=forms.TextInput(attrs={"list": "categories"}),
    )
    serial = forms.IntegerField(
        label=_("Number of the task"),
        min_value=1,
        max_value=99_999,
        required=False,
        help_text=_("Blank: the next one."),
    )
    items = _text(
        _("Action items, one a line"),
        6,
        required=False,
        help_text=_("More can be added on the task's page."),
    )

    def __init__(self, *args: Any, held: Round, existing: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["problem"].choices = [  # type: ignore[attr-defined]
            (each.serial, f"{each.serial}. {each.text[:60]}") for each in held.problems.all()
        ]
        if existing:
            del self.fields["serial"], self.fields["items"]

    def said(self) -> TaskSaid:
        """The task as the services take it."""
        data = dict(self.cleaned_data)
        for sign in "，,、;；":
            data["responsible"] = data["responsible"].replace(sign, "\n")
        data["responsible"] = tuple(filter(None, map(str.strip, data["responsible"].splitlines())))
        lines = filter(None, map(str.strip, data.pop("items", "").splitlines()))
        return TaskSaid(**data, items=tuple(ItemPlan(line) for line in lines))

    @staticmethod
    def initial_of(task: Task) -> dict[str, Any]:
        """What the form of an existing task begins with."""
        names = ("title", "goal", "role", "closer", "place", "category")
        return {name: getattr(task, name) for name in names} | {
            "problem": task.problem.serial,
            "lead": task.lead_words,
            "responsible": "、".join(task.responsible_words),
            "due": task.due_words,
            "area": task.area.name if task.area else "",
        }


class PlanFileForm(forms.Form):
    """A plan's file."""

    file = forms.FileField(
        label=_("Workbook, Word or CSV file"),
        widget=forms.ClearableFileInput(
            attrs={"accept": ".xlsx,.xls,.xlsb,.ods,.csv,.docx", "class": "drop"}
        ),
    )


def offered() -> dict[str, Any]:
    """What the lists of a form offer: units, places, categories."""
    now = directory.standing()
    return {
        "units": [unit.name for unit in now.units.values() if unit.valid_to is None],
        "areas": [
            area.name
            for area in now.areas.values()
            if area.valid_to is None and area.kind != "part"
        ],
        "categories": directory.categories(),
    }
