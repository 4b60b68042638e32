"""What is asked in a call-back."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jieban.apps.followups.services import LONGEST_WORDS
from jieban.domain.followup.answers import SATISFACTIONS, Answers, Result

RESULTS = {
    Result.REACHED: _("Reached, and answered"),
    Result.UNREACHED: _("Not reached"),
    Result.REFUSED: _("Did not want to answer"),
    Result.WRONG_NUMBER: _("Wrong number"),
}
SATISFACTION_WORDS = {
    "satisfied": _("Yes, satisfied"),
    "mostly_satisfied": _("Mostly satisfied"),
    "neutral": _("Neither"),
    "dissatisfied": _("Dissatisfied"),
}
_YES_NO = (("yes", _("Yes")), ("no", _("No")))


def _asked(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=choices, required=False, widget=forms.RadioSelect()
    )


class FollowUpForm(forms.Form):
    """One call-back. Of a call that reached nobody only the result is said."""

    result = forms.ChoiceField(
        label=_("How the call ended"),
        choices=[(code.value, words) for code, words in RESULTS.items()],
        widget=forms.RadioSelect(),
    )
    contacted = _asked(_("Did somebody get in touch with you?"), _YES_NO)
    resolved = _asked(_("Is the matter resolved?"), _YES_NO)
    satisfaction = _asked(
        _("Are you satisfied with how it was handled?"),
        [(code, SATISFACTION_WORDS[code]) for code in SATISFACTIONS],
    )
    words = forms.CharField(
        label=_("In the resident's own words"),
        help_text=_("Kept sealed; shown in clear only with a reason."),
        required=False,
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput())

    def answers(self) -> Answers:
        said = self.cleaned_data
        told = {"yes": True, "no": False}
        return Answers(
            result=Result(said["result"]),
            contacted=told.get(said["contacted"]),
            resolved=told.get(said["resolved"]),
            satisfaction=said["satisfaction"],
        )
