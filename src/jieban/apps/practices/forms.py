"""Forms of projects, practices and agreements. They read; what may be is decided below."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jieban.apps.directory import selectors as directory
from jieban.apps.directory.selectors.reach import reach_of
from jieban.apps.practices.models import Note, PracticeVersion, Project
from jieban.apps.practices.selectors.cards import library
from jieban.apps.practices.services import Card, Plan, Said
from jieban.apps.practices.templatetags.practice_words import KINDS, VISITS
from jieban.domain.actors import Actor
from jieban.domain.practices import cards, notes


def area_choices(actor: Actor, permission: str) -> list[Any]:
    """Places within reach of a permission, by street."""
    reach, now = reach_of(actor, permission), directory.standing()
    kept = [
        (street, [(code, name) for code, name in places if _holds(reach, now, code)])
        for street, places in directory.area_choices()
    ]
    return [("", "—"), *((street, places) for street, places in kept if places)]


def _holds(reach: Any, now: Any, code: str) -> bool:
    return reach.everywhere or (code in now.areas and reach.holds(now.areas[code].pk))


def _day(label: Any, **more: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **more)


def _text(label: Any, rows: int = 4, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=4000, widget=forms.Textarea(attrs={"rows": rows}), **more
    )


_NO_NAMES = _("No names, phones or flats of residents, please.")


class ProjectForm(forms.Form):
    """What a project is about."""

    title = forms.CharField(label=_("What the problem is"), max_length=200)
    area = forms.ChoiceField(label=_("Community or street"))
    place = forms.CharField(
        label=_("The spot"),
        max_length=200,
        help_text=_("One spot, as one would find it: “the path between buildings 3 and 5”."),
    )
    category = forms.CharField(
        label=_("Kind of complaint"),
        max_length=255,
        required=False,
        help_text=_(
            "A category of the list; complaints of this kind are counted before and after."
        ),
        widget=forms.TextInput(attrs={"list": "categories"}),
    )
    basis = forms.CharField(label=_("Basis in law or policy"), max_length=500, required=False)
    deadline = _day(_("To be done by"), required=False)
    term = forms.CharField(
        label=_("Code of the term it is worked on in"), max_length=64, required=False
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = area_choices(actor, "project.run")  # type: ignore[attr-defined]

    def plan(self) -> Plan:
        return Plan(**self.cleaned_data)

    @staticmethod
    def initial_of(project: Project) -> dict[str, Any]:
        """What the form of an existing project begins with."""
        return {
            "title": project.title,
            "area": project.area.code,
            "place": project.place,
            "category": project.category,
            "basis": project.basis,
            "deadline": project.deadline,
            "term": project.term,
        }


class PracticeForm(forms.Form):
    """What a practice says."""

    kind = forms.ChoiceField(
        label=_("What it is"), choices=[(kind, KINDS[kind]) for kind in cards.KINDS]
    )
    name = forms.CharField(label=_("What it is called"), max_length=100)
    problem = _text(_("Which problem it solves"), 3)
    steps = _text(_("How it is done"), 8, help_text=_NO_NAMES)
    cost = _text(_("What it takes: people, time, money"), 2, required=False)
    evidence = _text(
        _("What shows that it helped"),
        3,
        required=False,
        help_text=_("Counts with their whole and the period, or the projects linked below."),
    )
    author = forms.CharField(label=_("Who worked it out"), max_length=100)
    area = forms.ChoiceField(label=_("Place of origin"), required=False)
    category = forms.CharField(
        label=_("Kind of complaint"),
        max_length=255,
        required=False,
        help_text=_(
            "A category of the list; complaints of this kind are counted before and after."
        ),
        widget=forms.TextInput(attrs={"list": "categories"}),
    )
    visit = forms.ChoiceField(
        label=_("What a script is said about"),
        required=False,
        choices=[("", "—"), *((code, VISITS[code]) for code in cards.VISITS)],
    )
    first_in = forms.CharField(
        label=_("First of its kind in"),
        max_length=100,
        required=False,
        help_text=_("The city or the district, if it was; otherwise leave it empty."),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = area_choices(actor, "practice.write")  # type: ignore[attr-defined]

    def card(self) -> Card:
        return Card(**self.cleaned_data)

    @staticmethod
    def initial_of(version: PracticeVersion) -> dict[str, Any]:
        """What the form of a card begins with."""
        practice = version.practice
        return {
            "kind": practice.kind,
            "name": version.name,
            "problem": version.problem,
            "steps": version.steps,
            "cost": version.cost,
            "evidence": version.evidence,
            "author": version.author,
            "area": practice.area.code if practice.area else "",
            "category": practice.category,
            "visit": practice.visit,
            "first_in": practice.first_in,
        }


class AgreementForm(forms.Form):
    """A placement, a pairing, or rules on trial."""

    kind = forms.ChoiceField(
        label=_("What it is"), choices=[(kind, KINDS[kind]) for kind in notes.KINDS]
    )
    title = forms.CharField(label=_("What it is called"), max_length=200)
    area = forms.ChoiceField(label=_("At which community or street"))
    parties = _text(
        _("Who takes part"), 3, help_text=_("Units, communities and officials; no residents.")
    )
    practice = forms.TypedChoiceField(
        label=_("Which practice is learned or tried"), required=False, coerce=int, empty_value=None
    )
    begins = _day(_("Begins on"))
    ends = _day(_("Ends on"), required=False)
    next_check = _day(_("When one looks again"), required=False)
    items = _text(_("What is to be done"), 5, required=False, help_text=_("One thing a line."))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = area_choices(actor, "practice.write")  # type: ignore[attr-defined]
        published = [(each.practice_id, each.name) for each in library(actor)]
        self.fields["practice"].choices = [("", "—"), *published]  # type: ignore[attr-defined]

    def said(self) -> Said:
        return Said(**{name: self.cleaned_data[name] for name in Said.__dataclass_fields__})

    @staticmethod
    def initial_of(note: Note) -> dict[str, Any]:
        """What the form of an existing agreement begins with."""
        return {
            "kind": note.kind,
            "title": note.title,
            "area": note.area.code,
            "parties": note.parties,
            "practice": note.practice_id,
            "begins": note.begins,
            "ends": note.ends,
            "next_check": note.next_check,
        }
