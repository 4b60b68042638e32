"""What is asked for a quoted figure."""

from django import forms
from django.utils.translation import gettext_lazy as _

from jieban.apps.effects.models import READINGS
from jieban.domain.words import word
from jieban.evaluation.effects.panel import MEASURE_WORDS

READING_WORDS = {
    "points": _("percentage points"),
    "growth": _("growth of the value in percent"),
    "unclear": _("the source does not say"),
}


class QuotedForm(forms.Form):
    """A figure somebody gave, with its source."""

    cohort = forms.IntegerField(label=_("Cohort"), min_value=1, max_value=999)
    measure = forms.ChoiceField(label=_("Figure"))
    value = forms.DecimalField(
        label=_("Change as quoted, in percent"),
        help_text=_("28.76 for “+28.76%”; with a minus for a fall."),
        max_digits=7,
        decimal_places=2,
    )
    reading = forms.ChoiceField(
        label=_("What percent means there"),
        choices=[(each, READING_WORDS[each]) for each in READINGS],
        initial="unclear",
        widget=forms.RadioSelect(),
    )
    source = forms.CharField(
        label=_("Source"), max_length=200, help_text=_("Paper, issue, page, or document number.")
    )
    said_on = forms.DateField(
        label=_("Date of the source"), widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *given: object, **named: object) -> None:
        super().__init__(*given, **named)  # type: ignore[arg-type]
        measures = forms.ChoiceField(
            label=self.fields["measure"].label,
            choices=[(name, word(code)) for name, code in MEASURE_WORDS.items()],
            initial="resolution",
        )
        self.fields["measure"] = measures
