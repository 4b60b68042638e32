"""Forms of programmes. They only read; what is allowed is decided below."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jieban.apps.programmes import selectors
from jieban.apps.programmes.models import Official, Selection
from jieban.domain.programmes.criteria import KEYS, LONGEST_REASON, LOTS, ORDERS, PER_STREET
from jieban.domain.programmes.lot import LONGEST_STATEMENT
from jieban.domain.programmes.officials import Profile, words_of

ORDER_WORDS = {"score": _("Score"), "raw_score": _("Raw score")}
STREET_WORDS = {
    "any": _("No limit per street"),
    "at_most_one": _("At most one in each street"),
    "at_least_one": _("At least one in each street"),
}
LOT_WORDS = {
    "none": _("No lot: the larger number of complaints goes first"),
    "points": _("By lot, among scores within so many points"),
    "intervals": _("By lot, among scores whose intervals overlap"),
}
PRESET_WORDS = {
    "worst": _("Volume and rates, the worst 51"),
    "one_per_street": _("One in each street, the worst of each"),
}


def _whole(label: Any, help_text: Any = "", *, required: bool = False) -> forms.IntegerField:
    return forms.IntegerField(label=label, help_text=help_text, required=required, min_value=0)


def _number(label: Any, help_text: Any = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label, help_text=help_text, required=False, min_value=0, max_value=200
    )


def _day(label: Any, help_text: Any = "", *, required: bool = False) -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=help_text,
        required=required,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class CriteriaForm(forms.Form):
    """The criteria of a selection; what is left empty is not asked for."""

    choose = _whole(_("How many are chosen"), required=True)
    order_by = forms.ChoiceField(
        label=_("Ordered by"), choices=[(each, ORDER_WORDS[each]) for each in ORDERS]
    )
    per_street = forms.ChoiceField(
        label=_("Streets"), choices=[(each, STREET_WORDS[each]) for each in PER_STREET]
    )
    minimum_valid = _whole(
        _("Valid call-backs at least"),
        _("Places with fewer are listed and not judged: chance would choose them."),
        required=True,
    )
    received_at_least = _whole(_("Received at least"))
    response_below = _number(_("Response rate below (%)"))
    resolution_below = _number(_("Resolution rate below (%)"))
    satisfaction_below = _number(_("Satisfaction rate below (%)"))
    score_below = _number(_("Score below"))
    raw_score_below = _number(_("Raw score below"))
    rank_worst = _whole(_("Among the last so many of the ranking"))
    rank_worst_percent = _number(_("Or among the last so many percent of the ranking"))
    persistent_below = _number(_("Score of single months below"))
    persistent_months = _whole(_("in at least so many months"))
    persistent_of = _whole(_("of the last so many published months"))
    meet = _whole(_("How many of these conditions a place must meet"), _("Empty: all of them."))
    lot = forms.ChoiceField(
        label=_("Where need is equal"),
        choices=[(each, LOT_WORDS[each]) for each in LOTS],
        help_text=_(
            "A recorded lot among places that cannot be told apart is fair, and later the best "
            "evidence of what sending did."
        ),
    )
    lot_points = _number(_("Points apart that still count as equal"))
    compare = _whole(_("Next in line kept to compare with"), _("Empty: as many as are chosen."))
    by_hand = forms.CharField(
        label=_("Picked by hand"),
        help_text=_("One place a line: its name or code, a blank, the reason."),
        required=False,
        max_length=20000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def table(self) -> dict[str, Any]:
        """What was said, as `read_criteria` takes it."""
        said = {name: self.cleaned_data[name] for name in KEYS if name in self.cleaned_data}
        lines = self.cleaned_data["by_hand"].splitlines()
        picked = [line.strip().partition(" ") for line in lines if line.strip()]
        return said | {
            "by_hand": [
                {"code": selectors.place_code(place), "reason": reason.strip()}
                for place, _sep, reason in picked
            ]
        }


def criteria_initial(table: Mapping[str, Any]) -> dict[str, Any]:
    """A table of criteria as the form shows it."""
    picked = [f"{each['code']} {each['reason']}" for each in table.get("by_hand", ())]
    return {**table, "by_hand": "\n".join(picked)}


class ProgrammeForm(CriteriaForm):
    """A new programme, with its criteria."""

    code = forms.CharField(
        label=_("Code"), max_length=32, help_text=_("Small letters, digits and hyphens.")
    )
    name = forms.CharField(label=_("Name"), max_length=128)
    term_months = _whole(_("Months of a term"), required=True)
    extension_months = _whole(_("Months of an extension"), required=True)
    max_extensions = _whole(_("Extensions at most"), required=True)
    first = ("code", "name", "term_months", "extension_months", "max_extensions")


class ChangeCriteriaForm(CriteriaForm):
    """Other criteria from now on."""

    reason = forms.CharField(label=_("Reason"), max_length=LONGEST_REASON)


class SelectForm(forms.Form):
    """On which published run to choose."""

    run = forms.ChoiceField(
        label=_("Published run"),
        help_text=_("Twelve months or more: the shorter the base, the larger the rebound."),
    )

    def __init__(self, *args: Any, runs: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["run"].choices = list(runs)  # type: ignore[attr-defined]


class LotForm(forms.Form):
    """What decides the lot."""

    statement = forms.CharField(
        label=_("Public statement"),
        help_text=_(
            "Something published after this list was made that nobody here could know before, "
            "such as the number and result of a public lottery. Type it as it was published."
        ),
        max_length=LONGEST_STATEMENT,
    )
    source = forms.CharField(label=_("Where it was published"), max_length=255, required=False)


class CohortForm(forms.Form):
    """A new cohort."""

    selection = forms.ChoiceField(label=_("Selection"))
    planned_start = _day(_("Planned start"), required=True)

    def __init__(self, *args: Any, selections: Iterable[Selection] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["selection"].choices = [  # type: ignore[attr-defined]
            (str(each.number), str(each)) for each in selections
        ]


class ChangeForm(forms.Form):
    """Who is sent to a place instead; nobody where no official is said."""

    place = forms.CharField(max_length=32)
    official = forms.CharField(max_length=32, required=False)
    reason = forms.CharField(max_length=LONGEST_REASON, required=False)


class ConfirmForm(forms.Form):
    """Why places are left open."""

    reason = forms.CharField(
        label=_("Why places are left open"), required=False, max_length=LONGEST_REASON
    )


class OfficialForm(forms.Form):
    """What the roster holds of one official."""

    name = forms.CharField(label=_("Full name"), max_length=64)
    home = forms.CharField(label=_("Home organisation"), max_length=128)
    skills = forms.CharField(
        label=_("Skills"),
        help_text=_("Words of categories, set apart by commas: 物业、停车"),
        required=False,
        max_length=1000,
    )
    brings = forms.CharField(
        label=_("What they bring"),
        help_text=_("Resources of the home organisation, in words of categories too."),
        required=False,
        max_length=1000,
    )
    conflicts = forms.CharField(
        label=_("To be avoided"),
        help_text=_("Names or codes of places and units. The home street is avoided by itself."),
        required=False,
        max_length=1000,
    )
    available_from = _day(_("Available from"))
    available_until = _day(_("Available until"))
    account = forms.CharField(label=_("User name"), required=False, max_length=128)

    def words(self, field: str) -> tuple[str, ...]:
        return words_of(self.cleaned_data[field])

    def profile(self, conflicts: tuple[str, ...]) -> Profile:
        """What was said; `conflicts` are the codes of what was named."""
        said = self.cleaned_data
        return Profile(
            said["name"],
            said["home"],
            self.words("skills"),
            self.words("brings"),
            conflicts,
            said["available_from"],
            said["available_until"],
            said["account"],
        )


class NewOfficialForm(OfficialForm):
    """A new official; the code may be left to the system."""

    code = forms.CharField(
        label=_("Code"), max_length=32, required=False, help_text=_("Empty: the next one.")
    )


def official_initial(official: Official) -> dict[str, Any]:
    """An official as the form shows them."""
    return {
        "name": official.name,
        "home": official.home,
        "skills": "、".join(official.skills),
        "brings": "、".join(official.brings),
        "conflicts": "、".join(official.conflicts),
        "available_from": official.available_from,
        "available_until": official.available_until,
        "account": official.account,
    }


class RosterFileForm(forms.Form):
    """A workbook or CSV with officials."""

    file = forms.FileField(
        label=_("Roster file"),
        widget=forms.FileInput(
            attrs={
                "accept": ".xlsx,.xls,.ods,.csv,.tsv",
                "class": "drop",
                "aria-describedby": "id_file_helptext",
            }
        ),
        error_messages={
            "required": _("No file was chosen yet."),
            "missing": _("No file was chosen yet."),
            "empty": _("The file is empty; there is nothing to import. Export it again."),
        },
    )
