"""Seals: what is removed, altered or put in before the last one is found, by name."""

import json

import pytest
from django.db import DatabaseError, connection, transaction

from jieban.apps.ledger import chain, selectors, services
from jieban.apps.ledger.chain import digest_of
from jieban.apps.ledger.models import Event, Outbox, Seal
from jieban.apps.ledger.selectors import folds, settling
from jieban.apps.ledger.services import relaying, sealing
from jieban.domain.errors import Refused
from tests.conftest import AT, CLERK

pytestmark = pytest.mark.django_db


def write(subject: str, times: int = 1) -> Event:
    body = {"run": subject, "period": "2023-10", "rulebook": "beijing-district"}
    for _ in range(times):
        with transaction.atomic():
            event = services.append("run", subject, "run.reviewed", actor=CLERK, at=AT, body=body)
    return event


def seal() -> list[Seal]:
    return services.seal(CLERK, at=AT)


def found() -> list[tuple[str, int, str]]:
    return [(fault.subject, fault.seq, fault.what) for fault in selectors.check().faults]


@pytest.fixture
def sealed() -> None:
    """Three chains of three, two and one events under two seals; one more without a seal."""
    write("r1", 2)
    write("r2", 2)
    seal()
    write("r1")
    write("r3")
    seal()
    write("r2")


def test_a_seal_covers_what_is_new_and_nothing_twice(sealed):
    first, second = selectors.all_seals()
    assert (first.after, first.events, first.total) == (0, 4, 4)
    assert (second.after, second.events, second.total) == (first.last, 2, 6)
    assert second.previous == first.digest
    assert selectors.standing().unsealed == 1
    assert [each.events for each in seal()] == [1]
    assert seal() == []


def test_a_whole_ledger_is_found_whole(sealed):
    checked = selectors.check()
    assert checked.faults == []
    assert (checked.events, checked.seals) == (7, 2)


def test_a_long_run_of_events_becomes_several_seals(monkeypatch):
    monkeypatch.setattr(sealing, "EVENTS_PER_SEAL", 3)
    write("r1", 4)
    write("r2", 4)
    assert [each.events for each in seal()] == [3, 3, 2]
    assert found() == []


INSERT = (
    "INSERT INTO ledger_event (number, recorded_at, happened_at, subject_kind, subject_id, seq,"
    " kind, actor_id, actor_name, actor_post, reason, body, previous, digest)"
    " SELECT {number}, recorded_at, happened_at, subject_kind, '{subject}', {seq}, kind, actor_id,"
    " actor_name, actor_post, reason, body, '', digest FROM ledger_event WHERE number = {like}"
)


def numbers() -> dict[tuple[str, int], int]:
    rows = Event.objects.values_list("subject_id", "seq", "number")
    return {(subject, seq): number for subject, seq, number in rows}


def of(subject: str, seq: int) -> str:
    return f"subject_id = '{subject}' AND seq = {seq}"


@pytest.mark.parametrize(
    ("tampering", "fault"),
    [
        ([f"DELETE FROM ledger_event WHERE {of('r1', 3)}"], ("run/r1", 3, "removed")),
        ([f"DELETE FROM ledger_event WHERE {of('r3', 1)}"], ("run/r3", 1, "removed")),
        ([f"DELETE FROM ledger_event WHERE {of('r1', 1)}"], ("run/r1", 2, "gap")),
        ([f"UPDATE ledger_event SET reason = 'x' WHERE {of('r2', 2)}"], ("run/r2", 2, "altered")),
        (
            [f"UPDATE ledger_event SET number = 900 WHERE {of('r1', 1)}"],
            ("events/1-4", 0, "renumbered"),
        ),
        (["DELETE FROM ledger_seal WHERE number = 1"], ("seal/1", 1, "seal_missing")),
        (
            ["UPDATE ledger_seal SET events_digest = digest WHERE number = 2"],
            ("seal/2", 2, "seal_altered"),
        ),
        (["UPDATE ledger_seal SET total = 5 WHERE number = 1"], ("seal/1", 1, "seal_altered")),
    ],
)
def test_tampering_is_found_by_name(sealed, tampering, fault):
    first = numbers()[("r1", 1)]
    without_triggers(*tampering)
    subject, seq, what = fault
    if subject.startswith("events/"):
        subject = f"events/1-{first + 3}"
    assert (subject, seq, what) in found()


def test_an_event_put_into_sealed_time_is_found(sealed):
    first = numbers()[("r1", 1)]
    without_triggers(INSERT.format(number=first - 1000, subject="r9", seq=1, like=first))
    assert ("run/r9", 1, "inserted") in found()


def test_an_event_put_into_a_hole_of_sealed_time_is_found(sealed):
    first, last = numbers()[("r2", 2)], numbers()[("r3", 1)]
    without_triggers(
        f"UPDATE ledger_event SET number = {last + 500} WHERE {of('r1', 3)}",
        INSERT.format(number=first + 1, subject="r8", seq=1, like=first),
    )
    names = found()
    assert ("run/r8", 1, "inserted") in names
    assert ("run/r1", 3, "removed") in names


def rewrite(subject: str) -> None:
    """A chain written anew, every digest right, as a clever attacker would."""
    previous = ""
    for event in list(selectors.events_of("run", subject)):
        event.reason, event.previous = "x", previous
        previous = digest_of(event)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE ledger_event SET reason = 'x', previous = %s, digest = %s"
                " WHERE number = %s",
                [event.previous, previous, event.number],
            )


def test_a_chain_written_anew_with_right_digests_is_found(sealed):
    without_triggers()
    rewrite("r1")
    assert list(selectors.faults()) == []
    assert found() == [("run/r1", 2, "rewritten"), ("run/r1", 3, "rewritten")]
    assert {fault.what for fault in selectors.check_subject("run", "r1")} == {"rewritten"}
    assert {fault.what for fault in selectors.faults_shown("run", "r1")} == {"rewritten"}
    assert selectors.check_subject("run", "r2") == []


def test_a_page_shows_what_the_last_walk_missed_of_a_subject(sealed):
    without_triggers(f"DELETE FROM ledger_event WHERE {of('r1', 3)}")
    assert selectors.faults_shown("run", "r1") == []
    services.keep_verification(CLERK, selectors.check(), at=AT)
    assert [fault.what for fault in selectors.faults_shown("run", "r1")] == ["removed"]
    assert selectors.faults_shown("run", "r2") == []


@pytest.mark.parametrize("name", ["a", 'b"c', "甲,乙", "", 'x,"a":[9,"z"]'])
def test_one_head_is_found_among_many(name):
    names = ("a", 'b"c', "甲,乙", "", 'x,"a":[9,"z"]')
    heads = {f"run/{each}": (1, each.encode().hex()) for each in names}
    packed, digest = chain.pack(heads), chain.digest_of_heads(heads)
    assert chain.head_in(packed, digest, f"run/{name}") == (1, name.encode().hex())
    assert chain.head_in(packed, digest, "run/nobody") is None
    with pytest.raises(ValueError, match="other heads"):
        chain.head_in(packed, "0" * 64, f"run/{name}")


def export(file) -> None:
    lines = [json.dumps(said) for said in selectors.exported()]
    file.write_text("\n".join(lines), encoding="utf-8")


def test_seals_kept_outside_find_an_attacker_who_sealed_anew(sealed, tmp_path):
    export(tmp_path / "seals.jsonl")
    without_triggers(f"DELETE FROM ledger_event WHERE {of('r1', 3)}")
    drop_seals()
    seal()
    assert found() == []
    kept = selectors.sealed_file(tmp_path / "seals.jsonl")
    faults = selectors.check(kept).faults
    told = {(fault.subject, fault.what) for fault in faults}
    assert ("run/r1", "removed") in told
    assert ("seal/1", "seal_altered") in told
    assert [fault.what for fault in selectors.check_subject("run", "r1", kept)] == ["removed"]


def test_removed_seals_are_missed_by_the_file(sealed, tmp_path):
    export(tmp_path / "seals.jsonl")
    drop_seals()
    kept = selectors.sealed_file(tmp_path / "seals.jsonl")
    whats = [(fault.subject, fault.what) for fault in selectors.check(kept).faults]
    assert whats == [("seal/1", "seal_missing"), ("seal/2", "seal_missing")]


def drop_seals() -> None:
    without_triggers("DELETE FROM ledger_seal")


def without_triggers(*statements: str) -> None:
    """What someone with the database's own password could do."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for table in ("ledger", "seal"):
                for act in ("update", "delete"):
                    cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{act}")
        else:
            cursor.execute("ALTER TABLE ledger_event DISABLE TRIGGER USER")
            cursor.execute("ALTER TABLE ledger_seal DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)


def test_the_database_itself_refuses_to_change_a_seal(sealed):
    for statement in ("UPDATE ledger_seal SET total = 1", "DELETE FROM ledger_seal"):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


@pytest.mark.parametrize("text", ["", "{}", "no\n", '{"seal": 1, "made_at": "x"}', "[1]"])
def test_a_file_that_holds_no_seals_is_refused(tmp_path, text):
    (tmp_path / "seals.jsonl").write_text(text)
    with pytest.raises(Refused) as refusal:
        selectors.sealed_file(tmp_path / "seals.jsonl")
    assert refusal.value.code == "ledger.seals_unreadable"


def test_rows_are_compared_with_their_events_by_whoever_registered():
    write("r1", 2)
    write("r2")

    def compare(events):
        return None if len(events) == 2 else "one event short"

    begins = Event.objects.get(subject_id="r2").kind
    fold = selectors.Fold(compare, lambda: ["r2", "r9", "r1"], begins)
    selectors.register_fold("run", fold)
    try:
        assert list(selectors.differing("run")) == [
            ("r1", None),
            ("r2", "one event short"),
            ("r9", "a row that no event began"),
        ]
        assert list(selectors.differing("run", "r1")) == [("r1", None)]
    finally:
        folds._folds.pop("run")


def case_event(number: str) -> Event:
    body = {"number": number, "before": "a", "after": "b"}
    with transaction.atomic():
        return services.append("case", number, "case.attributed", actor=CLERK, at=AT, body=body)


def test_events_of_followed_kinds_wait_in_the_outbox_until_told_once():
    write("r1")
    event = case_event("A1")
    assert [row.event_id for row in Outbox.objects.all()] == [event.number]
    told: list[int] = []
    services.follow("test", lambda events, at: told.extend(each.number for each in events))
    try:
        assert services.relay(at=AT) == 1
        assert services.relay(at=AT) == 0
    finally:
        relaying._followers.pop("test")
    assert told == [event.number]
    assert not Outbox.objects.exists()


def test_a_follower_that_fails_leaves_the_event_in_the_outbox():
    case_event("A1")

    def fail(events, at):
        raise OSError("no room")

    services.follow("test", fail)
    try:
        with pytest.raises(OSError, match="no room"), transaction.atomic():
            services.relay(at=AT)
    finally:
        relaying._followers.pop("test")
    assert Outbox.objects.count() == 1


def test_a_moment_in_another_zone_has_the_digest_it_comes_back_with():
    from datetime import timedelta, timezone

    body = {"run": "r1", "period": "2023-10", "rulebook": "beijing-district"}
    local = AT.astimezone(timezone(timedelta(hours=8)))
    with transaction.atomic():
        services.append("run", "r1", "run.reviewed", actor=CLERK, at=local, body=body)
    assert found() == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="on SQLite one writes at a time")
def test_nothing_is_sealed_over_a_number_that_is_still_under_way(monkeypatch):
    monkeypatch.setattr(settling.settled, "__defaults__", (0.3,))
    other = connection.copy()
    try:
        other.connect()
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(
                "INSERT INTO ledger_event (recorded_at, happened_at, subject_kind, subject_id, seq,"
                " kind, actor_id, actor_name, actor_post, reason, body, previous, digest)"
                " VALUES (now(), now(), 'run', 'slow', 1, 'run.reviewed', '', '', '', '', '{}',"
                " '', '')"
            )
        write("r1")
        with pytest.raises(Refused) as refusal:
            seal()
        assert refusal.value.code == "ledger.busy"
        assert not Seal.objects.exists()
        other.rollback()
        assert [each.events for each in seal()] == [1]
    finally:
        other.close()
