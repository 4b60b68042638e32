"""The ledger: what is written stays written."""

import pytest
from django.db import DatabaseError, connection, transaction

from jieban.apps.ledger import selectors, services
from jieban.apps.ledger.kinds import KINDS
from jieban.apps.ledger.models import Event
from tests.conftest import AT, CLERK

pytestmark = pytest.mark.django_db


def write(subject: str) -> Event:
    body = {"run": subject, "period": "2023-10", "rulebook": "beijing-district"}
    with transaction.atomic():
        return services.append("run", subject, "run.reviewed", actor=CLERK, at=AT, body=body)


def test_events_of_a_subject_form_a_chain():
    first, second, other = write("r1"), write("r1"), write("r2")
    assert (first.seq, second.seq, other.seq) == (1, 2, 1)
    assert second.previous == first.digest
    assert other.previous == ""
    assert list(selectors.faults()) == []


def test_many_new_subjects_begin_as_one_at_a_time_would():
    bodies = [(f"n{number}", {"text": f"问题{number}"}) for number in range(3)]
    with transaction.atomic():
        services.append_new("problem", "problem.entered", bodies, actor=CLERK, at=AT)
        services.append("problem", "n1", "problem.changed", actor=CLERK, at=AT, body={"text": "改"})
    assert list(selectors.faults()) == []
    assert Event.objects.filter(subject_kind="problem").count() == 4
    assert [event.seq for event in selectors.events_of("problem", "n1")] == [1, 2]


def test_many_new_subjects_are_written_in_a_transaction_with_their_keys():
    with pytest.raises(ValueError, match="has keys"), transaction.atomic():
        services.append_new("problem", "problem.entered", [("n", {})], actor=CLERK, at=AT)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE ledger_event SET actor_name = 'x'", "DELETE FROM ledger_event"],
)
def test_the_database_itself_refuses_to_change_an_event(statement):
    write("r1")
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert Event.objects.count() == 1


def without_triggers(*statements: str) -> None:
    """What someone with the database's own password could do."""
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        if sqlite:
            cursor.execute("DROP TRIGGER ledger_no_update")
            cursor.execute("DROP TRIGGER ledger_no_delete")
        else:
            cursor.execute("ALTER TABLE ledger_event DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)


@pytest.mark.parametrize(
    ("tampering", "what"),
    [
        ("UPDATE ledger_event SET reason = 'x' WHERE seq = 2", "altered"),
        ("UPDATE ledger_event SET actor_name = 'x' WHERE seq = 1", "altered"),
        ("DELETE FROM ledger_event WHERE seq = 1", "gap"),
        ("DELETE FROM ledger_event WHERE seq = 2", "gap"),
    ],
)
def test_verify_finds_an_altered_or_removed_event(tampering, what):
    for _ in range(3):
        write("r1")
    without_triggers(tampering)
    assert what in {fault.what for fault in selectors.faults()}


def test_an_event_outside_its_kind_is_not_written():
    with pytest.raises(ValueError, match="has keys"), transaction.atomic():
        services.append("run", "r1", "run.reviewed", actor=CLERK, at=AT, body={"other": 1})
    with pytest.raises(KeyError), transaction.atomic():
        services.append("run", "r1", "run.invented", actor=CLERK, at=AT)


def test_every_kind_of_event_has_words_in_both_languages():
    for kind in KINDS.values():
        assert kind.zh
        assert kind.en
        assert kind.zh != kind.en
