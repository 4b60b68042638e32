"""Forms of people and their posts, and the list of places and units a post may be for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jieban.apps.accounts import selectors as accounts
from jieban.apps.directory import selectors
from jieban.domain.actors import EVERYWHERE


def scopes() -> list[tuple[Any, Any]]:
    """Everywhere, then places and units by name, those that exist no more left out."""
    places = selectors.areas().filter(valid_to__isnull=True).exclude(kind="part")
    units = selectors.units().filter(valid_to__isnull=True)
    return [
        (EVERYWHERE, _("the whole district")),
        (
            _("Places"),
            [
                (f"area:{each.code}", f"{each.parent.name} · {each.name}" if each.parent else each)
                for each in places
            ],
        ),
        (_("Units"), [(f"unit:{each.code}", each.name) for each in units]),
    ]


class PostForm(forms.Form):
    """A role, where, and from which day to which."""

    role = forms.ChoiceField(label=_("Role"))
    scope = forms.ChoiceField(label=_("Scope"), help_text=_("With everything below it."))
    valid_from = forms.DateField(
        label=_("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    valid_to = forms.DateField(
        label=_("Until"),
        required=False,
        help_text=_("The first day it no longer holds; may be left empty."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [(role.code, accounts.role_word(role)) for role in accounts.roles()]
        self.fields["role"].choices = roles  # type: ignore[attr-defined]
        self.fields["scope"].choices = scopes()  # type: ignore[attr-defined]


class PersonForm(forms.Form):
    """An account; posts are given on its own page."""

    username = forms.CharField(
        label=_("User name"), max_length=64, help_text=_("Letters, digits and hyphens.")
    )
    name = forms.CharField(label=_("Name"), max_length=64)
    password = forms.CharField(
        label=_("First password"),
        max_length=200,
        strip=False,
        help_text=_("At least ten characters, not only digits, not a common word."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
