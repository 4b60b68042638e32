"""Every write of accounts: one act, one transaction, one event."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from jieban.apps.accounts import roles as shipped_roles
from jieban.apps.accounts import selectors
from jieban.apps.accounts.models import ApiToken, DutySession, Person, Post, Role
from jieban.apps.accounts.roles import GUARDED
from jieban.apps.ledger import services as ledger
from jieban.domain.actors import EVERYWHERE, Actor
from jieban.domain.errors import Refused
from jieban.domain.permissions import PERMISSIONS

LONGEST_DUTY = timedelta(hours=4)
LONGEST_TOKEN = timedelta(days=366)
RECOVERY_CODES = 10


@transaction.atomic
def create_person(
    actor: Actor,
    username: str,
    name: str,
    password: str | None,
    *,
    at: datetime,
    demo: bool = False,
) -> Person:
    """A new account without posts. Without a password it cannot sign in until one is set.

    Raises:
        Refused "actor.not_permitted", "account.username_wrong", "account.name_missing",
            "account.username_taken", "account.password_weak".
    """
    actor.demand("account.edit")
    username, name = username.strip(), " ".join(name.split())
    if not username or len(username) > 64 or not username.replace("-", "").isalnum():
        raise Refused("account.username_wrong", username=username)
    if not name or len(name) > 64:
        raise Refused("account.name_missing")
    if Person.objects.filter(username=username).exists():
        raise Refused("account.username_taken", username=username)
    person = Person(username=username, name=name, demo=demo, made_at=at, holdings=_fresh_mark())
    if password is None:
        person.set_unusable_password()
    else:
        _check_password(password, person)
        person.set_password(password)
    person.save(force_insert=True)
    seed_roles()
    _append(person, "person.created", actor, at, body={"username": username, "name": name})
    return person


@transaction.atomic
def set_password(actor: Actor, person: Person, password: str, *, at: datetime) -> None:
    """A new password; every session under the old one ends.

    Raises:
        Refused "actor.not_permitted", "account.password_weak".
    """
    if actor.id != f"person:{person.pk}":
        actor.demand("account.edit")
    _check_password(password, person)
    person.set_password(password)
    person.save(update_fields=["password"])
    _append(person, "person.password_set", actor, at)


@transaction.atomic
def deactivate_person(actor: Actor, person: Person, *, at: datetime, reason: str) -> None:
    """The account is closed: its sessions end, its tokens stop; what it did stays.

    Raises:
        Refused "actor.not_permitted", "case.reason_missing".
    """
    actor.demand("account.edit")
    if not reason.strip():
        raise Refused("case.reason_missing")
    person.is_active = False
    person.ended += 1
    person.holdings = _fresh_mark()
    person.save(update_fields=["is_active", "ended", "holdings"])
    selectors.forget_tokens()
    _append(person, "person.deactivated", actor, at, reason=reason)


@transaction.atomic
def end_sessions(actor: Actor, person: Person, *, at: datetime) -> None:
    """Every session of the person ends.

    Raises:
        Refused "actor.not_permitted".
    """
    if actor.id != f"person:{person.pk}":
        actor.demand("account.edit")
    person.ended += 1
    person.save(update_fields=["ended"])
    _append(person, "person.sessions_ended", actor, at)


@transaction.atomic
def give_post(
    actor: Actor,
    person: Person,
    role: str,
    scope: str,
    *,
    at: datetime,
    valid_from: date,
    valid_to: date | None = None,
) -> Post:
    """岗位: the person holds a role for a scope from a day on.

    Nobody gives a post to themselves.

    Raises:
        Refused "actor.not_permitted", "account.own_post", "account.unknown_role",
            "account.scope_wrong", "account.days_wrong".
    """
    actor.demand("account.edit")
    if actor.id == f"person:{person.pk}":
        raise Refused("account.own_post")
    if scope != EVERYWHERE and not scope.startswith(("area:", "unit:")):
        raise Refused("account.scope_wrong", scope=scope)
    if valid_to is not None and valid_to <= valid_from:
        raise Refused("account.days_wrong")
    held = selectors.role_by_code(role)
    post = Post.objects.create(
        person=person, role=held, scope=scope, valid_from=valid_from, valid_to=valid_to
    )
    _changed(person)
    _append(
        person,
        "person.post_given",
        actor,
        at,
        body={
            "role": role,
            "scope": scope,
            "valid_from": valid_from.isoformat(),
            "valid_to": valid_to.isoformat() if valid_to else "",
        },
    )
    return post


@transaction.atomic
def end_post(actor: Actor, person: Person, post: int, *, at: datetime, last_day: date) -> None:
    """A post ends before this day.

    Raises:
        Refused "actor.not_permitted", "account.no_such_post".
    """
    actor.demand("account.edit")
    held = Post.objects.select_related("role").filter(pk=post, person=person).first()
    if held is None:
        raise Refused("account.no_such_post", post=post)
    held.valid_to = last_day
    held.save(update_fields=["valid_to"])
    _changed(person)
    _append(
        person,
        "person.post_ended",
        actor,
        at,
        body={"role": held.role.code, "scope": held.scope, "valid_to": last_day.isoformat()},
    )


@transaction.atomic
def edit_role(
    actor: Actor, role: str, permissions: Sequence[str], *, at: datetime, reason: str
) -> Role:
    """Change what a role may do; everybody who holds it feels it at once.

    Nobody changes a role of their own. A role that is given a guarded permission asks for a
    second factor from then on.

    Raises:
        Refused "actor.not_permitted", "account.unknown_role", "account.own_role",
            "account.unknown_permission", "account.role_too_strong", "case.reason_missing".
    """
    actor.demand("account.edit")
    held = selectors.role_by_code(role)
    if _holds(actor, held, at):
        raise Refused("account.own_role")
    unknown = sorted(set(permissions) - PERMISSIONS.keys())
    if unknown:
        raise Refused("account.unknown_permission", permissions=unknown)
    if set(permissions) == PERMISSIONS.keys():
        raise Refused("account.role_too_strong")
    if not reason.strip():
        raise Refused("case.reason_missing")
    before, held.permissions = held.permissions, sorted(set(permissions))
    held.second_factor = held.second_factor or not GUARDED.isdisjoint(permissions)
    held.save(update_fields=["permissions", "second_factor"])
    Person.objects.filter(posts__role=held).update(holdings=_fresh_mark())
    selectors.forget_tokens()
    ledger.append(
        "role",
        role,
        "role.edited",
        actor=actor,
        at=at,
        reason=reason,
        body={"before": sorted(before), "after": held.permissions},
    )
    return held


def seed_roles() -> None:
    """The shipped roles, where an installation does not have them yet."""
    known = set(Role.objects.values_list("code", flat=True))
    Role.objects.bulk_create(
        [
            Role(
                code=code,
                zh=role["zh"],
                en=role["en"],
                permissions=sorted(role["permissions"]),
                second_factor=role.get("second_factor", False),
                on_duty=role.get("on_duty", False),
                position=position,
            )
            for position, (code, role) in enumerate(shipped_roles.shipped().items())
            if code not in known
        ]
    )


# --- duty sessions ------------------------------------------------------------------------


@transaction.atomic
def begin_duty(
    actor: Actor, person: Person, *, at: datetime, reason: str, minutes: int
) -> DutySession:
    """值守授权: the powers of an on-duty role, for a reason and a time.

    Raises:
        Refused "account.no_duty_role", "case.reason_missing", "account.duty_time_wrong",
            "account.on_duty".
    """
    if actor.id != f"person:{person.pk}" or not selectors.held_by(person, at).may_go_on_duty:
        raise Refused("account.no_duty_role")
    if not reason.strip():
        raise Refused("case.reason_missing")
    span = timedelta(minutes=minutes)
    if not timedelta() < span <= LONGEST_DUTY:
        raise Refused("account.duty_time_wrong", hours=LONGEST_DUTY // timedelta(hours=1))
    if selectors.duty_of(person, at) is not None:
        raise Refused("account.on_duty")
    duty = DutySession.objects.create(person=person, reason=reason, begun_at=at, until=at + span)
    _append(
        person,
        "duty.began",
        actor,
        at,
        reason=reason,
        body={"duty": duty.pk, "until": duty.until.isoformat()},
    )
    return duty


@transaction.atomic
def write_duty_request(
    actor: Actor, person: Person, method: str, path: str, *, at: datetime
) -> None:
    """One line for every request made inside a duty session."""
    _append(person, "duty.requested", actor, at, body={"method": method, "path": path[:255]})


@transaction.atomic
def end_duty(actor: Actor, person: Person, *, at: datetime) -> None:
    """The duty session is over before its time.

    Raises:
        Refused "account.not_on_duty".
    """
    duty = selectors.duty_of(person, at)
    if duty is None:
        raise Refused("account.not_on_duty")
    duty.ended_at = at
    duty.save(update_fields=["ended_at"])
    _append(person, "duty.ended", actor, at, body={"duty": duty.pk})


# --- second factors -----------------------------------------------------------------------


def second_factor_begun(person: Person) -> TOTPDevice:
    """The device a person is about to enrol; not in force until its first code is confirmed."""
    begun, _ = TOTPDevice.objects.get_or_create(
        user=person, confirmed=False, defaults={"name": "totp"}
    )
    return begun


@transaction.atomic
def confirm_second_factor(actor: Actor, person: Person, code: str, *, at: datetime) -> list[str]:
    """Put the begun device in force with its first code; the recovery codes, shown once.

    Raises:
        Refused "account.code_wrong".
    """
    begun = second_factor_begun(person)
    if not begun.verify_token(code.strip()):
        raise Refused("account.code_wrong")
    TOTPDevice.objects.filter(user=person, confirmed=True).delete()
    begun.confirmed = True
    begun.save()
    StaticDevice.objects.filter(user=person).delete()
    box = StaticDevice.objects.create(user=person, name="recovery")
    codes = [StaticToken.random_token() for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create([StaticToken(device=box, token=each) for each in codes])
    _append(person, "person.second_factor_set", actor, at)
    return codes


def check_second_factor(person: Person, code: str) -> None:
    """A code of the device, or a recovery code, which is used up.

    Raises:
        Refused "account.code_wrong": also for the pause after several wrong ones.
    """
    tidy = code.strip().lower()
    devices = [
        *TOTPDevice.objects.filter(user=person, confirmed=True),
        *StaticDevice.objects.filter(user=person),
    ]
    for device in devices:
        allowed, _ = device.verify_is_allowed()
        if allowed and device.verify_token(tidy):
            return
    raise Refused("account.code_wrong")


@transaction.atomic
def reset_second_factor(actor: Actor, person: Person, *, at: datetime, reason: str) -> None:
    """A lost device is forgotten; the person enrols anew at the next sign-in.

    Raises:
        Refused "actor.not_permitted", "case.reason_missing".
    """
    actor.demand("account.edit")
    if not reason.strip():
        raise Refused("case.reason_missing")
    TOTPDevice.objects.filter(user=person).delete()
    StaticDevice.objects.filter(user=person).delete()
    person.ended += 1
    person.save(update_fields=["ended"])
    _append(person, "person.second_factor_reset", actor, at, reason=reason)


# --- tokens -------------------------------------------------------------------------------


@transaction.atomic
def issue_token(
    actor: Actor,
    person: Person,
    name: str,
    permissions: Sequence[str],
    *,
    at: datetime,
    days: int = 90,
) -> tuple[ApiToken, str]:
    """A token of the person's and its secret, which is shown this once.

    Raises:
        Refused "actor.not_permitted", "account.name_missing", "account.token_days_wrong",
            "account.token_too_strong": more than the owner may do.
    """
    if actor.id != f"person:{person.pk}":
        actor.demand("account.edit")
    name = " ".join(name.split())[:64]
    if not name:
        raise Refused("account.name_missing")
    if not 0 < days <= LONGEST_TOKEN.days:
        raise Refused("account.token_days_wrong", days=LONGEST_TOKEN.days)
    owner = selectors.held_by_programs_of(person, at).actor
    beyond = [each for each in permissions if not owner.may(each)]
    if beyond or not permissions:
        raise Refused("account.token_too_strong", permissions=beyond)
    secret = f"jb_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        person=person,
        name=name,
        digest=selectors.token_digest(secret),
        permissions=sorted(set(permissions)),
        made_at=at,
        valid_to=at + timedelta(days=days),
    )
    selectors.forget_tokens()
    _append(
        person,
        "person.token_issued",
        actor,
        at,
        body={"token": token.pk, "name": name, "permissions": token.permissions},
    )
    return token, secret


@transaction.atomic
def revoke_token(actor: Actor, token: int, *, at: datetime) -> None:
    """The token stops.

    Raises:
        Refused "account.no_such_token", "actor.not_permitted".
    """
    held = (
        ApiToken.objects.select_related("person").filter(pk=token, revoked_at__isnull=True).first()
    )
    if held is None:
        raise Refused("account.no_such_token", token=token)
    if actor.id != f"person:{held.person_id}":
        actor.demand("account.edit")
    held.revoked_at = at
    held.save(update_fields=["revoked_at"])
    selectors.forget_tokens()
    _append(held.person, "person.token_revoked", actor, at, body={"token": token})


_noted: set[tuple[str, date]] = set()
_LONGEST_NOTED = 2000


def note_token_use(secret: str, *, at: datetime) -> None:
    """Keep the day a token was last used: written once a day, so reading stays reading."""
    digest, day = selectors.token_digest(secret), selectors.day_of(at)
    if (digest, day) in _noted:
        return
    ApiToken.objects.filter(digest=digest).exclude(used_on=day).update(used_on=day)
    if len(_noted) >= _LONGEST_NOTED:
        _noted.clear()
    _noted.add((digest, day))


# --- the demonstration's people -----------------------------------------------------------

_DEMO = (
    ("paidan", "沈知微", "dispatch_clerk", EVERYWHERE),
    ("huawu", "柳新禾", "call_taker", EVERYWHERE),
    ("jiedao", "贺云开", "street_coordinator", "street"),
    ("shequ", "江语晴", "community_secretary", "community"),
    ("zhili", "叶知秋", "governance_secretary", "community"),
    ("bumen", "卢照野", "department_handler", "department"),
    ("huifang", "温若溪", "callback_clerk", EVERYWHERE),
    ("shenhe", "程既明", "district_reviewer", EVERYWHERE),
    ("kaohe1", "苏木青", "assessment_office", EVERYWHERE),
    ("kaohe2", "秦舒望", "assessment_office", EVERYWHERE),
    ("zuzhi", "顾怀瑾", "organisation_department", EVERYWHERE),
    ("huanbao1", "林见清", "environment_office", "environment"),
    ("huanbao2", "水长宁", "environment_office", "environment"),
    ("xiaohao", "岳明朗", "sign_off_officer", "environment"),
    ("lingdao", "方远山", "district_leader", EVERYWHERE),
    ("shenji", "严守一", "auditor", EVERYWHERE),
    ("guanli", "白一舟", "system_administrator", EVERYWHERE),
)


@transaction.atomic
def create_demo_people(
    actor: Actor, *, at: datetime, street: str, community: str, department: str, environment: str
) -> list[Person]:
    """People to be in a demonstration, none of whom exists; scopes are of the invented district."""
    scopes = {EVERYWHERE: EVERYWHERE, "street": street, "community": community}
    scopes |= {"department": department, "environment": environment}
    day = selectors.day_of(at)
    made = []
    for username, name, role, where in _DEMO:
        person = create_person(actor, username, name, None, at=at, demo=True)
        give_post(actor, person, role, scopes[where], at=at, valid_from=day)
        made.append(person)
    return made


def _holds(actor: Actor, role: Role, at: datetime) -> bool:
    """Whether the actor is a person with a post in this role."""
    kind, _, number = actor.id.partition(":")
    if kind != "person" or not number.isdigit():
        return False
    return selectors.holds(selectors.person_by_id(int(number)), role, at)


def _check_password(password: str, person: Person) -> None:
    try:
        validate_password(password, person)
    except ValidationError as weak:
        raise Refused("account.password_weak", why=weak.messages) from None


def _fresh_mark() -> int:
    """Another mark under which rights are kept in memory.

    Drawn, not counted: a count comes back after a transaction that was undone, or from two
    keepers at once, and with it rights that no longer hold.
    """
    return secrets.randbelow(2**31 - 1) + 1


def _changed(person: Person) -> None:
    person.holdings = _fresh_mark()
    person.save(update_fields=["holdings"])
    selectors.forget_tokens()


def _append(
    person: Person,
    kind: str,
    actor: Actor,
    at: datetime,
    *,
    reason: str = "",
    body: dict[str, object] | None = None,
) -> None:
    ledger.append(
        "person", str(person.pk), kind, actor=actor, at=at, reason=reason, body=body or {}
    )
