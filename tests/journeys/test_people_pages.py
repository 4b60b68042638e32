"""A keeper of accounts makes one, gives a post, ends it, closes it; an auditor only looks."""

import pytest

from jieban import clock
from jieban.apps.accounts import selectors
from jieban.apps.ledger import selectors as ledger
from tests.people import person, signed_in

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.fixture
def keeper(home):
    return signed_in("白样例", "system_administrator")


def make(keeper, **more):
    said = {"username": "chen", "name": "陈样例", "password": PASSWORD} | more
    return keeper.post("/people/new/", said)


def give(keeper, somebody, **more):
    said = {"role": "dispatch_clerk", "scope": "*", "valid_from": "2020-01-01"} | more
    return keeper.post(f"/people/{somebody.pk}/", said)


def test_an_account_is_made_given_a_post_and_closed(keeper):
    made = make(keeper)
    somebody = selectors.person_by_username("chen")
    assert made.url == f"/people/{somebody.pk}/"
    assert give(keeper, somebody).status_code == 302
    page = keeper.get(made.url).content.decode()
    assert "派单员" in page
    assert "全区" in page
    post = selectors.posts_of(somebody).get()
    keeper.post(f"{made.url}end-post/", {"post": post.pk})
    assert not selectors.held_by(selectors.person_by_username("chen"), clock.now()).actor.grants
    keeper.post(f"{made.url}close/", {"reason": "离任"})
    assert not selectors.person_by_username("chen").is_active
    kinds = [event.kind for event in ledger.events_of("person", str(somebody.pk))]
    assert kinds == [
        "person.created", "person.post_given", "person.post_ended", "person.deactivated",
    ]  # fmt: skip
    assert "已停用" in keeper.get("/people/").content.decode()


def test_what_is_wrong_is_said_above_the_form_and_nothing_is_made(keeper):
    assert make(keeper, password="short").status_code == 422
    assert make(keeper, username="王/李").status_code == 422
    assert not selectors.people().filter(username="chen").exists()
    make(keeper)
    somebody = selectors.person_by_username("chen")
    for wrong in ({"role": "king"}, {"scope": "area:nowhere"}, {"valid_to": "2019-01-01"}):
        assert give(keeper, somebody, **wrong).status_code == 422
    assert not selectors.posts_of(somebody).exists()


def test_a_keeper_gives_themselves_nothing(keeper):
    assert give(keeper, person("白样例"), role="auditor").status_code == 422


def test_an_auditor_looks_and_changes_nothing(home):
    auditor = signed_in("严样例", "auditor")
    somebody = person("陈样例", "dispatch_clerk")
    assert auditor.get("/people/").status_code == 200
    assert auditor.get("/people/roles/").status_code == 200
    page = auditor.get(f"/people/{somebody.pk}/").content.decode()
    assert "<form" not in page
    assert give(auditor, somebody).status_code == 403
    assert auditor.post(f"/people/{somebody.pk}/close/", {"reason": "x"}).status_code == 403
    assert signed_in("沈样例", "dispatch_clerk").get("/people/").status_code == 403


def test_nobody_who_does_not_exist_is_shown(keeper):
    assert keeper.get("/people/999/").status_code == 404
    assert keeper.post(f"/people/{person('白样例').pk}/fly/").status_code == 404


def test_a_role_is_changed_with_a_reason_and_felt_at_once(keeper):
    clerk = signed_in("沈样例", "dispatch_clerk")
    assert clerk.get("/cases/new/").status_code == 200
    page = keeper.get("/people/roles/dispatch_clerk/").content.decode()
    assert "现有 1 人任职" in page
    assert "沈样例" in page
    role = selectors.role_by_code("dispatch_clerk")
    kept = [each for each in role.permissions if each != "case.receive"]
    address = "/people/roles/dispatch_clerk/"
    without = keeper.post(address, {"may": kept})
    assert without.status_code == 422
    assert selectors.role_by_code("dispatch_clerk").permissions == role.permissions
    assert keeper.post(address, {"may": kept, "reason": "受理另设岗位"}).url == "/people/roles/"
    assert clerk.get("/cases/new/").status_code == 403
    (event,) = ledger.events_of("role", "dispatch_clerk")
    assert (event.kind, event.reason) == ("role.edited", "受理另设岗位")
    assert set(event.body["before"]) - set(event.body["after"]) == {"case.receive"}


def test_nobody_changes_a_role_of_their_own_or_one_that_is_not(keeper):
    own = keeper.post(
        "/people/roles/system_administrator/", {"may": ["account.edit"], "reason": "试"}
    )
    assert own.status_code == 422
    assert keeper.get("/people/roles/king/").status_code in (404, 422)
    assert signed_in("严样例", "auditor").get("/people/roles/auditor/").status_code == 403
