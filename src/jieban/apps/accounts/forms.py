"""What is typed to get in, and on one's own account."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SignInForm(forms.Form):
    username = forms.CharField(
        label=_("User name"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput())


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code from the authenticator"),
        max_length=16,
        help_text=_("Six digits from your authenticator, or one of your recovery codes."),
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "text", "autofocus": True}
        ),
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput())


class PasswordForm(forms.Form):
    old = forms.CharField(
        label=_("Present password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=200,
        help_text=_("At least ten characters, not only digits, not a common word."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class DutyForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=500)
    minutes = forms.IntegerField(
        label=_("For how many minutes"), min_value=5, max_value=240, initial=60
    )


class TokenForm(forms.Form):
    """What a program may do with the token: a part of what its owner may."""

    name = forms.CharField(label=_("What it is for"), max_length=64)
    permissions = forms.MultipleChoiceField(
        label=_("It may"), choices=(), widget=forms.CheckboxSelectMultiple()
    )
    days = forms.IntegerField(
        label=_("Valid for how many days"), min_value=1, max_value=366, initial=90
    )

    def __init__(self, *args: object, choices: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["permissions"].choices = choices  # type: ignore[attr-defined]
