"""Forms that belong to no room."""

from django import forms
from django.utils.translation import gettext_lazy as _


class OperatorForm(forms.Form):
    """Who is acting."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=64,
        help_text=_("Written into the ledger with everything you do."),
    )
    post = forms.CharField(
        label=_("Your post"),
        max_length=64,
        required=False,
        help_text=_("For example: clerk, assessment office. May be left empty."),
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput)
