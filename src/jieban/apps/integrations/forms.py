"""Forms of the webhooks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jieban.apps.integrations import selectors
from jieban.apps.ledger.kinds import KINDS
from jieban.domain.integrations.webhooks import EVERYTHING
from jieban.domain.words import language


class WebhookForm(forms.Form):
    """Where to send, and what."""

    address = forms.CharField(
        label=_("Address"),
        help_text=_("A public address that begins with https://"),
        max_length=500,
        widget=forms.URLInput(
            attrs={"placeholder": "https://", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    kinds = forms.MultipleChoiceField(
        label=_("What to send"),
        help_text=_("Messages hold numbers and states, never residents' personal data."),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "many"}),
        error_messages={"required": _("Choose at least one kind of event.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        spoken = language()
        each = [(kind, getattr(KINDS[kind], spoken)) for kind in selectors.followed_kinds()]
        self.fields["kinds"].choices = [(EVERYTHING, _("Everything below")), *each]  # type: ignore[attr-defined]
