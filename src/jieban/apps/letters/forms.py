"""Forms of letters. They read; what may be is decided below."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jieban.apps.directory import selectors as directory
from jieban.apps.letters.models import Letter
from jieban.apps.letters.selectors.lists import batches_of
from jieban.apps.letters.selectors.seeing import rounds_with_letters
from jieban.apps.letters.services import Said
from jieban.apps.letters.templatetags.letter_words import CHANNELS, TYPES
from jieban.apps.rectification.models import Round
from jieban.domain.actors import Actor
from jieban.domain.rectification.letters import TYPES as KNOWN
from jieban.domain.rectification.letters import types_of

LARGEST = 20 * 1024 * 1024
_PUBLIC = _("No names, phones or flats, please: everybody reads it.")


def _text(label: Any, rows: int = 4, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=8000, widget=widget, **more)


def _day(label: Any, **more: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **more)


def _units() -> list[tuple[str, str]]:
    return [(unit.code, unit.name) for unit in directory.units().filter(valid_to__isnull=True)]


class BatchForm(forms.Form):
    """A batch of a round."""

    number = forms.CharField(
        label=_("Number of the batch"), max_length=12, help_text=_("19, or 35-1 for a part of one.")
    )
    handed_on = _day(_("Handed over on"))
    source = forms.CharField(label=_("Who handed it over"), max_length=200, required=False)


class LetterForm(forms.Form):
    """What the office keeps of a letter."""

    public_text = _text(_("Public text"), 5, help_text=_PUBLIC)
    area_text = forms.CharField(
        label=_("Place, as tables print it"), max_length=100, required=False
    )
    area = forms.ChoiceField(label=_("Place of the directory"), required=False)
    types = forms.MultipleChoiceField(
        label=_("Types of pollution"),
        required=False,
        choices=[(code, TYPES[code]) for code in KNOWN],
        widget=forms.CheckboxSelectMultiple,
    )
    more_types = forms.CharField(
        label=_("Other types, as they are told"), max_length=100, required=False
    )
    focus = forms.BooleanField(label=_("A letter in focus"), required=False)
    lead = forms.ChoiceField(label=_("Lead unit"), required=False)
    joint = forms.MultipleChoiceField(
        label=_("Joint units"), required=False, widget=forms.SelectMultiple(attrs={"size": 6})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = _units()
        self.fields["area"].choices = [("", "—"), *directory.area_choices()]  # type: ignore[attr-defined]
        self.fields["lead"].choices = [("", "—"), *units]  # type: ignore[attr-defined]
        self.fields["joint"].choices = units  # type: ignore[attr-defined]

    def said(self, number: str = "") -> Said:
        told = self.cleaned_data
        return Said(
            number=told.get("number", number),
            text=told.get("text", ""),
            public_text=told["public_text"],
            channel=told.get("channel", ""),
            area_text=told["area_text"],
            area=told["area"],
            types=(*told["types"], *types_of(told["more_types"])),
            focus=told["focus"],
            lead=told["lead"],
            joint=tuple(told["joint"]),
        )

    @staticmethod
    def initial_of(letter: Letter) -> dict[str, Any]:
        """What the form of an existing letter begins with."""
        return {
            "public_text": letter.public_text,
            "area_text": letter.area_text,
            "area": letter.area.code if letter.area else "",
            "types": [each for each in letter.types if each in KNOWN],
            "more_types": "、".join(each for each in letter.types if each not in KNOWN),
            "focus": letter.focus,
            "lead": letter.lead.code if letter.lead else "",
            "joint": [each.unit.code for each in letter.joint.select_related("unit")],
        }


class NewLetterForm(LetterForm):
    """A letter taken in by hand."""

    batch = forms.ChoiceField(label=_("Batch"))
    number = forms.CharField(
        label=_("Number of the letter"),
        max_length=40,
        help_text=_("Such as D3YX202505280018: D by phone, X by letter."),
    )
    unusual = forms.BooleanField(
        label=_("Unusual number: it is right as it stands"), required=False
    )
    channel = forms.ChoiceField(
        label=_("How it came"),
        required=False,
        choices=[("", "—"), *((code, words) for code, words in CHANNELS.items() if code)],
    )
    text = _text(
        _("Original text"),
        5,
        required=False,
        help_text=_("Kept sealed. No name or phone of whoever complains, please."),
    )
    field_order = ("batch", "number", "unusual", "channel", "text", "public_text")

    def __init__(self, *args: Any, round: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        batches = batches_of(round)
        self.fields["batch"].choices = [(each.number, each.number) for each in batches]  # type: ignore[attr-defined]
        self.fields["public_text"].required = False
        self.fields["public_text"].help_text = _(
            "Left empty, it is the original without phones, identity numbers and flats."
        )


class LettersFileForm(forms.Form):
    """A table of letters to bring in."""

    round = forms.ChoiceField(label=_("Inspection round"))
    file = forms.FileField(label=_("Workbook, CSV or Word file"))
    batch = forms.CharField(
        label=_("Batch, where the title does not say it"), max_length=12, required=False
    )
    day = _day(_("Handed over on, where the title does not say it"), required=False)
    unusual = forms.BooleanField(label=_("Take unusual numbers as they are"), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rounds = rounds_with_letters(actor)
        self.fields["round"].choices = [(each.code, each.name) for each in rounds]  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        sent = self.cleaned_data["file"]
        if sent.size > LARGEST:
            raise forms.ValidationError(_("The file is larger than 20 MB."))
        return sent


class ConfirmLettersForm(forms.Form):
    """What a preview showed, on its way in."""

    round = forms.CharField(max_length=32)
    name = forms.CharField(max_length=255)
    batch = forms.CharField(max_length=12, required=False)
    day = forms.DateField(required=False)
    unusual = forms.BooleanField(required=False)
    text = forms.CharField(strip=False)
