"""Getting in and out, the second factor, one's own account."""

import ipaddress
from typing import Any
from urllib.parse import quote

import segno
from axes.helpers import get_cool_off
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from jieban import clock
from jieban.apps.accounts import roles, selectors, services
from jieban.apps.accounts.doors import PROVED, let_in, person_of
from jieban.apps.accounts.forms import CodeForm, DutyForm, PasswordForm, SignInForm, TokenForm
from jieban.apps.accounts.models import Person
from jieban.apps.asked import Asked
from jieban.domain.actors import EVERYWHERE, Actor
from jieban.domain.errors import Refused
from jieban.domain.permissions import PERMISSIONS, permission_word
from jieban.domain.words import language

FORWARDED = ("X-Forwarded-For", "Forwarded", "Via")


@never_cache
def sign_in(request: Asked) -> HttpResponse:
    """User name and password; in a demonstration also one click to be one of its people."""
    form = SignInForm(initial={"next": request.GET.get("next", "")})
    wrong = False
    if request.method == "POST" and "demo" in request.POST:
        return _be(request, request.POST["demo"])
    if request.method == "POST":
        form = SignInForm(request.POST)
        if form.is_valid():
            said = form.cleaned_data
            person = authenticate(request, username=said["username"], password=said["password"])
            if person is not None:
                let_in(request, person, clock.now())
                return redirect(_inside(request, said["next"]))
            wrong = True
    cards = list(_cards()) if _demo_may_be_clicked(request) else []
    if cards:
        # The cards come first; the cursor in a field below them would move the page.
        del form.fields["username"].widget.attrs["autofocus"]
    context = {
        "form": form,
        "wrong": wrong,
        "demo": cards,
        "nobody": not selectors.anybody(),
        "office": settings.OIDC is not None,
    }
    return render(request, "accounts/sign_in.html", context, status=422 if wrong else 200)


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Too many wrong passwords: when to try again."""
    wait = get_cool_off(request)
    minutes = int(wait.total_seconds() // 60) if wait else 15
    return render(request, "accounts/locked.html", {"minutes": minutes}, status=429)


@require_POST
def sign_out(request: Asked) -> HttpResponse:
    logout(request)
    return redirect("accounts:sign_in")


@never_cache
def second_factor(request: Asked) -> HttpResponse:
    """The code, where a role asks for it; who has no device yet is led to enrol one."""
    person = _person(request)
    if not selectors.has_second_factor(person):
        return redirect(f"{reverse('accounts:enrol')}?next={quote(request.GET.get('next', ''))}")
    form = CodeForm(request.POST or None, initial={"next": request.GET.get("next", "")})
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            services.check_second_factor(person, form.cleaned_data["code"])
            request.session[PROVED] = True
            return redirect(_inside(request, form.cleaned_data["next"]))
        except Refused as refused:
            refusal = refused
    context = {"form": form, "refusal": refusal}
    return render(request, "accounts/second_factor.html", context, status=422 if refusal else 200)


@never_cache
def enrol(request: Asked) -> HttpResponse:
    """Scan the code with an authenticator, confirm with six digits, keep the recovery codes."""
    person = _person(request)
    if selectors.has_second_factor(person) and not request.session.get(PROVED):
        return redirect("accounts:second_factor")
    device = services.second_factor_begun(person)
    form = CodeForm(request.POST or None, initial={"next": request.GET.get("next", "")})
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            codes = services.confirm_second_factor(
                _self(person), person, form.cleaned_data["code"], at=clock.now()
            )
            request.session[PROVED] = True
            shown = {"codes": codes, "next": _inside(request, form.cleaned_data["next"])}
            return render(request, "accounts/recovery.html", shown)
        except Refused as refused:
            refusal = refused
    picture = segno.make(device.config_url).svg_inline(scale=5, border=2, omitsize=False)
    context = {
        "form": form,
        "refusal": refusal,
        # Made by segno out of an address of ours; nothing a person typed is in it.
        "picture": SafeString(picture),
        "secret": device.config_url.partition("secret=")[2].partition("&")[0],
    }
    return render(request, "accounts/enrol.html", context, status=422 if refusal else 200)


@never_cache
def me(request: Asked) -> HttpResponse:
    """One's own posts, sessions, second factor, tokens."""
    person, at = _person(request), clock.now()
    context = _own(person, at) | {"password_form": PasswordForm()}
    return render(request, "accounts/me.html", context)


def _own(person: Person, at: Any) -> dict[str, Any]:
    held = selectors.held_by(person, at)
    return {
        "person": person,
        "posts": [
            {"post": post, "role": selectors.role_word(post.role)}
            for post in selectors.posts_of(person)
        ],
        "tokens": selectors.tokens_of(person),
        "has_second_factor": selectors.has_second_factor(person),
        "may_go_on_duty": held.may_go_on_duty,
        "duty": selectors.duty_of(person, at),
        "duty_form": DutyForm(),
        "permissions": sorted(
            {permission_word(each) for grant in held.actor.grants for each in grant.permissions}
        ),
    }


def password(request: Asked) -> HttpResponse:
    """Another password, with the present one."""
    person, at = _person(request), clock.now()
    form = PasswordForm(request.POST or None)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            if not person.check_password(form.cleaned_data["old"]):
                raise Refused("account.password_wrong")
            services.set_password(_self(person), person, form.cleaned_data["new"], at=at)
            request.user = person
            update_session_auth_hash(request, person)
            messages.success(request, _("The password is changed. Other sessions have ended."))
            return redirect("accounts:me")
        except Refused as refused:
            refusal = refused
    context = _own(person, at) | {"password_form": form, "refusal": refusal}
    return render(request, "accounts/me.html", context, status=422 if refusal else 200)


@require_POST
def sessions(request: Asked) -> HttpResponse:
    """End every session, this one too."""
    person = _person(request)
    services.end_sessions(_self(person), person, at=clock.now())
    logout(request)
    return redirect("accounts:sign_in")


@never_cache
def token_new(request: Asked) -> HttpResponse:
    """A token for a program; its secret is shown this once."""
    person, at = _person(request), clock.now()
    own = selectors.held_by_programs_of(person, at).actor
    choices = [(code, permission_word(code)) for code in PERMISSIONS if own.may(code)]
    form = TokenForm(request.POST or None, choices=choices)
    refusal = None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            token, secret = services.issue_token(
                _self(person), person, said["name"], said["permissions"], at=at, days=said["days"]
            )
            context = {"token": token, "secret": secret}
            return render(request, "accounts/token.html", context)
        except Refused as refused:
            refusal = refused
    context = {"form": form, "refusal": refusal}
    status = 422 if refusal or form.errors else 200
    return render(request, "accounts/token_new.html", context, status=status)


@require_POST
def token_revoke(request: Asked, token: int) -> HttpResponse:
    person = _person(request)
    services.revoke_token(_self(person), token, at=clock.now())
    return redirect("accounts:me")


@require_POST
def duty(request: Asked) -> HttpResponse:
    """Begin or end a duty session."""
    person, at = _person(request), clock.now()
    if "end" in request.POST:
        services.end_duty(_self(person), person, at=at)
        return redirect("accounts:me")
    form = DutyForm(request.POST)
    if not form.is_valid():
        context = _own(person, at) | {"password_form": PasswordForm(), "duty_form": form}
        return render(request, "accounts/me.html", context, status=422)
    services.begin_duty(
        _self(person),
        person,
        at=at,
        reason=form.cleaned_data["reason"],
        minutes=form.cleaned_data["minutes"],
    )
    return redirect("accounts:me")


# --- below --------------------------------------------------------------------------------


def _person(request: Asked) -> Person:
    """Who is signed in; the gate has seen to it that somebody is."""
    person = person_of(request, clock.now())
    if person is None:
        raise Refused("account.not_signed_in")
    return person


def _self(person: Person) -> Actor:
    """The person acting on their own account."""
    return Actor(id=f"person:{person.pk}", name=person.name)


def _be(request: Asked, username: str) -> HttpResponse:
    """Be one of the demonstration's people."""
    person = selectors.demo_people().filter(username=username).first()
    if person is None or not _demo_may_be_clicked(request):
        raise Refused("account.no_demo")
    let_in(request, person, clock.now())
    return redirect("/")


def _demo_may_be_clicked(request: HttpRequest) -> bool:
    """Only where everything is invented, and only for somebody at this machine.

    Behind a proxy everybody seems to come from this machine: a forwarded request, or a name
    for other machines to call by, ends it.
    """
    if settings.HOSTS or any(name in request.headers for name in FORWARDED):
        return False
    try:
        here = ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        here = False
    return settings.HOME.demo and here


def _cards() -> Any:
    shipped = roles.shipped()
    for person in selectors.demo_people():
        post = selectors.posts_of(person).first()
        if post is not None:
            yield {
                "person": person,
                "role": selectors.role_word(post.role),
                "first": shipped[post.role.code]["first"][language()],
                "everywhere": post.scope == EVERYWHERE,
            }


def _inside(request: HttpRequest, address: str) -> str:
    """The address if it is one of ours, else the first page."""
    ours = url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()})
    return address if address and ours else "/"
