"""`jieban accounts …`: people, roles, posts, passwords, tokens, at the machine itself."""

import getpass
from datetime import datetime
from typing import Any

import click

from jieban import clock
from jieban.apps.accounts import selectors, services
from jieban.cli.desk import Desk
from jieban.domain.actors import EVERYWHERE
from jieban.domain.words import translate as _


@click.group()
def accounts() -> None:
    """People, their posts and what they may do."""


@accounts.command()
@click.argument("username")
@click.option("--name", help="As it is shown and written into the ledger.")
@click.option("--role", help="A first post: its role.")
@click.option("--scope", default=EVERYWHERE, show_default=True, help="*, area:CODE or unit:CODE.")
@click.option("--password-file", type=click.File(), help="Else it is asked for.")
@click.pass_obj
def create(
    desk: Desk,
    username: str,
    name: str | None,
    role: str | None,
    scope: str,
    password_file: click.File | None,
) -> None:
    """Make an account."""
    password = _password(password_file)
    at = clock.now()
    person = services.create_person(desk.actor, username, name or username, password, at=at)
    if role:
        day = selectors.day_of(at)
        services.give_post(desk.actor, person, role, scope, at=at, valid_from=day)
    desk.answer({"id": person.pk, "username": username})
    desk.out(_("The account is there. Sign in on the page."))


@accounts.command("list")
@click.pass_obj
def list_people(desk: Desk) -> None:
    """Every account with its posts."""
    at = clock.now()
    people: list[dict[str, Any]] = [
        {
            "username": person.username,
            "name": person.name,
            "active": person.is_active,
            "posts": [
                f"{post.role.code} {post.scope}"
                for post in selectors.posts_on(person, selectors.day_of(at))
            ],
        }
        for person in selectors.people()
    ]
    desk.answer({"people": people})
    for each in people:
        mark = "" if each["active"] else _("closed")
        desk.out(f"{each['username']:<20} {each['name']}  {', '.join(each['posts'])}  {mark}")


@accounts.command()
@click.pass_obj
def roles(desk: Desk) -> None:
    """Every role and what it may do."""
    services.seed_roles()
    found = list(selectors.roles())
    desk.answer({"roles": [{"code": role.code, "permissions": role.permissions} for role in found]})
    for role in found:
        desk.out(f"{role.code:<24} {selectors.role_word(role)}  {', '.join(role.permissions)}")


@accounts.command()
@click.argument("username")
@click.argument("role")
@click.option("--scope", default=EVERYWHERE, show_default=True, help="*, area:CODE or unit:CODE.")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="First day; today.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="First day it no longer holds.")
@click.pass_obj
def post(
    desk: Desk, username: str, role: str, scope: str, first: datetime | None, until: datetime | None
) -> None:
    """Give somebody a post."""
    at = clock.now()
    given = services.give_post(
        desk.actor,
        selectors.person_by_username(username),
        role,
        scope,
        at=at,
        valid_from=first.date() if first else selectors.day_of(at),
        valid_to=until.date() if until else None,
    )
    desk.answer({"post": given.pk})
    desk.out(_("The post is given."))


@accounts.command()
@click.argument("username")
@click.option("--password-file", type=click.File(), help="Else it is asked for.")
@click.pass_obj
def password(desk: Desk, username: str, password_file: click.File) -> None:
    """Set somebody's password."""
    person = selectors.person_by_username(username)
    services.set_password(desk.actor, person, _password(password_file), at=clock.now())
    desk.answer({"username": username})
    desk.out(_("The password is set; earlier sessions have ended."))


@accounts.command("reset-second-factor")
@click.argument("username")
@click.option("--reason", required=True, help="Why; it is written into the ledger.")
@click.pass_obj
def reset_second_factor(desk: Desk, username: str, reason: str) -> None:
    """Forget a lost device; the person sets up a new one at the next sign-in."""
    person = selectors.person_by_username(username)
    services.reset_second_factor(desk.actor, person, at=clock.now(), reason=reason)
    desk.answer({"username": username})
    desk.out(_("The second factor is reset."))


@accounts.command()
@click.argument("username")
@click.option("--reason", required=True, help="Why; it is written into the ledger.")
@click.pass_obj
def close(desk: Desk, username: str, reason: str) -> None:
    """Close an account: its sessions end, its tokens stop, what it did stays."""
    person = selectors.person_by_username(username)
    services.deactivate_person(desk.actor, person, at=clock.now(), reason=reason)
    desk.answer({"username": username})
    desk.out(_("The account is closed."))


@accounts.command()
@click.argument("username")
@click.argument("name")
@click.option("--may", multiple=True, required=True, help="A permission; may be repeated.")
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 366))
@click.pass_obj
def token(desk: Desk, username: str, name: str, may: tuple[str, ...], days: int) -> None:
    """Make a token for a program; it is shown this once."""
    person = selectors.person_by_username(username)
    made, secret = services.issue_token(desk.actor, person, name, may, at=clock.now(), days=days)
    desk.answer({"token": made.pk, "secret": secret})
    desk.out(secret)


def _password(file: click.File | None) -> str:
    if file is not None:
        return file.read().strip()  # type: ignore[attr-defined, no-any-return]
    return getpass.getpass(_("Password: "))
