"""Writing events: the only way into the ledger.

Every act pays for this, hundreds of times a second, so the statements are written out: the
same through the ORM takes four times as long and nearly all of it in Python.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection

from jieban import clock
from jieban.apps.ledger.chain import CONTENT, digest_of_row, moment
from jieban.apps.ledger.declaring import Kind
from jieban.apps.ledger.kinds import KINDS
from jieban.apps.ledger.models import Event
from jieban.domain.actors import Actor

_COLUMNS = (*CONTENT, "digest")
_HEAD = (
    "SELECT seq, digest FROM ledger_event WHERE subject_kind = %s AND subject_id = %s"
    " ORDER BY seq DESC LIMIT 1"
)
_EVENT = (
    f"INSERT INTO ledger_event ({', '.join(_COLUMNS)})"
    f" VALUES ({', '.join(['%s'] * len(_COLUMNS))}) RETURNING number"
)
_OUTBOX = "INSERT INTO ledger_outbox (event_id, made_at) VALUES (%s, %s)"
# PostgreSQL writes both in one statement, which saves a way to the server and back.
_BOTH = (
    f"WITH written AS ({_EVENT}, recorded_at) INSERT INTO ledger_outbox (event_id, made_at)"
    " SELECT number, recorded_at FROM written RETURNING event_id"
)


def append(
    subject_kind: str,
    subject_id: str,
    kind: str,
    *,
    actor: Actor,
    at: datetime,
    reason: str = "",
    body: dict[str, Any] | None = None,
    first: bool = False,
) -> Event:
    """Write one event at the end of its subject's chain, in the caller's transaction.

    `at` is when it happened; when it was recorded is read here. Personal data of
    residents does not belong in `body`. Who writes to a subject holds its row; `first` says
    that the subject was made in this transaction and has no event yet, which saves a look.
    An event of a followed kind is put into the outbox.

    Raises:
        RuntimeError: called outside a transaction.
        KeyError, ValueError: undeclared kind, or keys other than the kind declares.
    """
    body = body or {}
    declared = _declared(kind, body)
    with connection.cursor() as cursor:
        head = None
        if not first:
            cursor.execute(_HEAD, (subject_kind, subject_id))
            head = cursor.fetchone()
        seq, previous = head or (0, "")
        recorded_at = clock.now()
        content = (
            recorded_at,
            moment(at),
            subject_kind,
            subject_id,
            seq + 1,
            kind,
            actor.id,
            actor.name,
            actor.post,
            reason,
            body,
            previous,
        )
        digest = digest_of_row(content)
        number = _write(cursor, (*content, digest), declared.followed)
    return Event(number=number, digest=digest, **dict(zip(CONTENT, content, strict=True)))


def append_new(
    subject_kind: str,
    kind: str,
    bodies: Iterable[tuple[str, dict[str, Any]]],
    *,
    actor: Actor,
    at: datetime,
    reason: str = "",
) -> None:
    """The first event of each of many subjects made in this transaction: (subject id, body).

    As `append` with `first` for each of them, in a tenth of the time; for imports.

    Raises:
        RuntimeError, KeyError, ValueError: as `append`; also a kind that somebody may follow.
    """
    recorded_at, happened_at = clock.now(), moment(at)
    adapt = connection.ops
    stored = adapt.adapt_datetimefield_value
    rows: list[list[Any]] = []
    for subject_id, body in bodies:
        if _declared(kind, body).followed:
            raise ValueError(f"{kind} is followed; each is told of alone")
        content = (
            recorded_at,
            happened_at,
            subject_kind,
            subject_id,
            1,
            kind,
            actor.id,
            actor.name,
            actor.post,
            reason,
            body,
            "",
        )
        values = [stored(recorded_at), stored(happened_at), *content[2:], digest_of_row(content)]
        values[CONTENT.index("body")] = adapt.adapt_json_value(body, None)
        rows.append(values)
    with connection.cursor() as cursor:
        cursor.executemany(_EVENT.removesuffix(" RETURNING number"), rows)


def _declared(kind: str, body: dict[str, Any]) -> Kind:
    if not connection.in_atomic_block:
        raise RuntimeError("an event is written in the transaction of its act")
    declared = KINDS[kind]
    if body.keys() != declared.keys:
        raise ValueError(f"{kind} has keys {sorted(declared.keys)}, got {sorted(body)}")
    return declared


def _write(cursor: Any, row: tuple[Any, ...], followed: bool) -> int:
    """Store the row and, if somebody may follow it, its place in the outbox; its number."""
    adapt = connection.ops
    recorded_at = adapt.adapt_datetimefield_value(row[0])
    values = [recorded_at, adapt.adapt_datetimefield_value(row[1]), *row[2:]]
    values[CONTENT.index("body")] = adapt.adapt_json_value(values[CONTENT.index("body")], None)
    together = followed and connection.vendor == "postgresql"
    cursor.execute(_BOTH if together else _EVENT, values)
    number: int = cursor.fetchone()[0]
    if followed and not together:
        cursor.execute(_OUTBOX, (number, recorded_at))
    return number
