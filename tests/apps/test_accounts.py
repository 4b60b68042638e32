"""Who may do what, from which day to which, where; and what is written down about it."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction

from jieban.apps.accounts import roles, selectors, services
from jieban.apps.accounts.models import ApiToken, Person
from jieban.apps.ledger import selectors as ledger
from jieban.domain.actors import SYSTEM, Actor
from jieban.domain.errors import Refused
from jieban.domain.permissions import PERMISSIONS

pytestmark = pytest.mark.django_db
AT = datetime(2023, 10, 30, 4, 0, tzinfo=UTC)
DAY = date(2023, 10, 30)
GOOD = "correct horse battery"


def made(username="chen", name="陈样例", password=None) -> Person:
    return services.create_person(SYSTEM, username, name, password, at=AT)


def post(person, role="dispatch_clerk", scope="*", first=DAY, until=None):
    return services.give_post(SYSTEM, person, role, scope, at=AT, valid_from=first, valid_to=until)


def actor_of(person, at=AT):
    return selectors.held_by(selectors.person_by_id(person.pk), at).actor


def refused(act, *args, **kwargs) -> str:
    with pytest.raises(Refused) as caught:
        act(*args, **kwargs)
    assert caught.value.message()
    return caught.value.code


# --- roles --------------------------------------------------------------------------------


def test_no_shipped_role_may_do_everything_and_each_names_real_permissions():
    for code, role in roles.shipped().items():
        assert set(role["permissions"]) < PERMISSIONS.keys(), code
        assert all([role["zh"], role["en"], role["first"]["zh"], role["first"]["en"]])


def test_an_auditor_changes_nothing_and_an_administrator_sees_no_case():
    shipped = roles.shipped()
    assert all(each.endswith(".see") for each in shipped["auditor"]["permissions"])
    administrator = shipped["system_administrator"]["permissions"]
    assert not any(each.startswith("case.") for each in administrator)


def test_roles_that_see_personal_data_export_or_keep_accounts_ask_for_a_second_factor():
    for code, role in roles.shipped().items():
        if roles.GUARDED & set(role["permissions"]):
            assert role["second_factor"], code


def test_a_changed_role_is_felt_at_once_and_is_never_made_to_hold_everything():
    person = made()
    post(person)
    assert actor_of(person).may("case.dispatch")
    services.edit_role(SYSTEM, "dispatch_clerk", ["case.see"], at=AT, reason="改派权收回")
    assert not actor_of(person).may("case.dispatch")
    everything = sorted(PERMISSIONS)
    edit = services.edit_role
    assert refused(edit, SYSTEM, "auditor", everything, at=AT, reason="试") == (
        "account.role_too_strong"
    )
    assert refused(edit, SYSTEM, "auditor", ["case.fly"], at=AT, reason="试") == (
        "account.unknown_permission"
    )
    (event,) = ledger.events_of("role", "dispatch_clerk")
    assert event.body["after"] == ["case.see"]


def test_nobody_widens_a_role_of_their_own():
    keeper, clerk = made("guan", "管样例"), made()
    post(keeper, "system_administrator", first=DAY + timedelta(days=1))
    post(clerk)
    actor = Actor(f"person:{keeper.pk}", "管样例", grants=SYSTEM.grants)
    edit, said = services.edit_role, {"at": AT, "reason": "试"}
    own = ["account.edit", "case.see"]
    assert refused(edit, actor, "system_administrator", own, **said) == "account.own_role"
    assert edit(actor, "dispatch_clerk", ["case.see"], **said).permissions == ["case.see"]


def test_a_role_given_a_guarded_permission_asks_for_a_second_factor_from_then_on():
    person = made()
    post(person)
    assert not selectors.held_by(person, AT).second_factor
    services.edit_role(SYSTEM, "dispatch_clerk", ["case.export"], at=AT, reason="月报")
    assert selectors.held_by(selectors.person_by_id(person.pk), AT).second_factor


# --- posts --------------------------------------------------------------------------------


def test_a_post_counts_from_its_first_day_until_the_day_it_ends():
    person = made()
    post(person, first=DAY + timedelta(days=1), until=DAY + timedelta(days=3))
    found = [actor_of(person, AT + timedelta(days=n)).may("case.dispatch") for n in range(4)]
    assert found == [False, True, True, False]


def test_the_day_is_the_districts_own():
    person = made()
    post(person, first=DAY + timedelta(days=1))
    assert not actor_of(person, datetime(2023, 10, 30, 15, 59, tzinfo=UTC)).may("case.see")
    assert actor_of(person, datetime(2023, 10, 30, 16, 0, tzinfo=UTC)).may("case.see")


def test_posts_add_up_each_in_its_own_scope():
    person = made()
    post(person, "community_secretary", "area:110101001001")
    post(person, "department_handler", "unit:D01")
    actor = actor_of(person)
    assert actor.reach("case.handle") == {"area:110101001001", "unit:D01"}
    assert actor.reach("case.report_in") == {"unit:D01"}
    assert actor.id == f"person:{person.pk}"


def test_a_post_that_ended_is_felt_at_once():
    person = made()
    held = post(person)
    assert actor_of(person).may("case.dispatch")
    services.end_post(SYSTEM, person, held.pk, at=AT, last_day=DAY)
    assert not actor_of(person).may("case.dispatch")


def test_nobody_gives_a_post_to_themselves_nor_anything_without_the_permission():
    keeper, clerk = made("guan", "管样例"), made()
    post(keeper, "system_administrator")
    post(clerk)
    give = services.give_post
    said = {"at": AT, "valid_from": DAY}
    assert refused(give, actor_of(keeper), keeper, "auditor", "*", **said) == "account.own_post"
    assert refused(give, actor_of(clerk), keeper, "auditor", "*", **said) == "actor.not_permitted"
    assert refused(services.set_password, actor_of(clerk), keeper, GOOD, at=AT) == (
        "actor.not_permitted"
    )
    assert give(actor_of(keeper), clerk, "auditor", "*", **said).pk


@pytest.mark.parametrize("scope", ["", "everywhere", "street:1", "**"])
def test_a_scope_is_everywhere_or_a_place_or_a_unit(scope):
    assert refused(post, made(), scope=scope) == "account.scope_wrong"


def test_what_a_person_may_do_is_kept_between_requests(django_assert_num_queries):
    person = made()
    post(person)
    actor_of(person)
    known = selectors.person_by_id(person.pk)
    with django_assert_num_queries(0):
        selectors.held_by(known, AT)


def test_rights_given_in_an_act_that_was_undone_are_not_remembered():
    person = made()
    post(person)
    with suppress(RuntimeError), transaction.atomic():
        post(person, "system_administrator")
        assert actor_of(person).may("account.edit")
        raise RuntimeError("undone")
    post(selectors.person_by_id(person.pk), "community_secretary")
    assert not actor_of(person).may("account.edit")
    assert actor_of(person).may("case.handle")


# --- accounts -----------------------------------------------------------------------------


@pytest.mark.parametrize("username", ["", "a b", "x" * 65, "王/李"])
def test_user_names_that_will_not_do(username):
    assert refused(made, username) == "account.username_wrong"


def test_a_user_name_belongs_to_one_person():
    made()
    assert refused(made) == "account.username_taken"


@pytest.mark.parametrize("password", ["short", "1234567890", "password123"])
def test_passwords_that_will_not_do(password):
    assert refused(made, password=password) == "account.password_weak"


def test_a_closed_account_may_do_nothing():
    person = made()
    post(person)
    services.deactivate_person(SYSTEM, person, at=AT, reason="离任")
    assert not actor_of(person).may("case.see")
    kinds = [event.kind for event in ledger.events_of("person", str(person.pk))]
    assert kinds == ["person.created", "person.post_given", "person.deactivated"]


def test_the_ledger_keeps_no_secret():
    person = made(password=GOOD)
    post(person)
    _, secret = services.issue_token(actor_of(person), person, "接口", ["case.see"], at=AT)
    told = str([event.body for event in ledger.events_of("person", str(person.pk))])
    assert GOOD not in told
    assert secret not in told


# --- tokens -------------------------------------------------------------------------------


def token(person, *permissions, days=90):
    return services.issue_token(
        actor_of(person), person, "接口", permissions or ["case.see"], at=AT, days=days
    )


def test_a_token_holds_a_part_of_what_its_owner_may():
    person = made()
    post(person, scope="area:1")
    _, secret = token(person, "case.see")
    actor = selectors.actor_of_token(secret, AT)
    assert actor.id == f"person:{person.pk}"
    assert actor.reach("case.see") == {"area:1"}
    assert not actor.may("case.dispatch")
    assert refused(token, person, "account.edit") == "account.token_too_strong"
    assert secret not in str(ApiToken.objects.values())


def test_a_token_ends_with_its_day_its_post_its_owner_or_by_hand():
    person = made()
    held = post(person)
    record, secret = token(person, days=1)
    assert selectors.actor_of_token(secret, AT + timedelta(days=1)) is None
    services.revoke_token(actor_of(person), record.pk, at=AT)
    assert selectors.actor_of_token(secret, AT) is None
    _, secret = token(person)
    services.end_post(SYSTEM, person, held.pk, at=AT, last_day=DAY)
    assert not selectors.actor_of_token(secret, AT).may("case.see")
    services.deactivate_person(SYSTEM, person, at=AT, reason="离任")
    assert selectors.actor_of_token(secret, AT) is None
    assert selectors.actor_of_token("jb_nothing", AT) is None


# --- duty ---------------------------------------------------------------------------------


def test_duty_powers_count_within_the_session_alone():
    person = made()
    post(person, "duty_officer")
    assert not actor_of(person).may("case.unmask")
    services.begin_duty(actor_of(person), person, at=AT, reason="夜间燃气泄漏", minutes=60)
    assert actor_of(person, AT + timedelta(minutes=59)).may("case.unmask")
    assert not actor_of(person, AT + timedelta(minutes=60)).may("case.unmask")
    services.end_duty(actor_of(person), person, at=AT + timedelta(minutes=5))
    assert not actor_of(person, AT + timedelta(minutes=6)).may("case.unmask")
    kinds = [event.kind for event in ledger.events_of("person", str(person.pk))]
    assert kinds[-2:] == ["duty.began", "duty.ended"]


def test_a_program_is_never_on_duty():
    person = made()
    post(person, "duty_officer")
    post(person, "auditor")
    _, secret = token(person, "case.see")
    services.begin_duty(actor_of(person), person, at=AT, reason="夜间燃气泄漏", minutes=60)
    assert actor_of(person).may("case.unmask")
    assert refused(token, person, "case.unmask") == "account.token_too_strong"
    ApiToken.objects.update(permissions=["case.see", "case.unmask"])
    selectors.forget_tokens()
    assert not selectors.actor_of_token(secret, AT).may("case.unmask")


def test_duty_needs_the_role_a_reason_and_four_hours_at_most():
    officer, clerk = made("zhi", "值样例"), made()
    post(officer, "duty_officer")
    post(clerk)
    begin = services.begin_duty
    said = {"at": AT, "reason": "紧急", "minutes": 60}
    assert refused(begin, actor_of(clerk), clerk, **said) == "account.no_duty_role"
    assert refused(begin, actor_of(clerk), officer, **said) == "account.no_duty_role"
    assert refused(begin, actor_of(officer), officer, **{**said, "reason": " "}) == (
        "case.reason_missing"
    )
    assert refused(begin, actor_of(officer), officer, **{**said, "minutes": 241}) == (
        "account.duty_time_wrong"
    )
    begin(actor_of(officer), officer, **said)
    assert refused(begin, actor_of(officer), officer, **said) == "account.on_duty"
