"""How one event is bound to the one before it, and how many are bound together by a seal.

Two bonds hold the ledger. Within a subject each event carries the digest of the one before
(`digest_of`). Across subjects a seal covers a run of event numbers: a digest over all of
them in order, and the heads, that is the last event of each subject among them. Whoever
removes the last event of a chain leaves no gap in the chain, but is missed by the heads.

Text is digested as canonical JSON: keys sorted, no spaces, not escaped, UTF-8.
"""

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from jieban.apps.ledger.models import Event, Seal

Head = tuple[int, str]
"""Place in its chain and digest of one event."""
Heads = Mapping[str, Head]
"""Subject ("kind/id") -> its last event."""
CONTENT = (
    "recorded_at",
    "happened_at",
    "subject_kind",
    "subject_id",
    "seq",
    "kind",
    "actor_id",
    "actor_name",
    "actor_post",
    "reason",
    "body",
    "previous",
)
"""The columns an event's digest covers, as `digest_of_row` takes them."""


def digest_of(event: Event) -> str:
    """SHA-256 over the event's content as canonical JSON; the database's number is left out."""
    return digest_of_row(tuple(getattr(event, name) for name in CONTENT))


def digest_of_row(row: tuple[Any, ...]) -> str:
    """As `digest_of`, of the values of `CONTENT`; faster where millions are read."""
    recorded_at, happened_at, subject_kind, subject_id, seq, kind, *rest = row
    actor_id, actor_name, actor_post, reason, body, previous = rest
    return _digest(
        {
            "recorded_at": recorded_at.isoformat(),
            "happened_at": happened_at.isoformat(),
            "subject": [subject_kind, subject_id, seq],
            "kind": kind,
            "actor": [actor_id, actor_name, actor_post],
            "reason": reason,
            "body": body,
            "previous": previous,
        }
    )


def moment(at: datetime) -> datetime:
    """The moment as it comes back from the database, so that its digest is the same then."""
    return at.astimezone(UTC)


@dataclass(frozen=True)
class Range:
    """What a seal says of one run of event numbers, computed from the events themselves."""

    events: int
    digest: str
    heads: dict[str, Head]
    numbers: dict[str, int]
    """Subject -> number of its head, to name a fault by."""


def range_of(rows: Iterable[tuple[int, str, str, int, str]]) -> Range:
    """The range of (number, subject kind, subject id, seq, digest) in the order of numbers."""
    bound = hashlib.sha256()
    heads: dict[str, Head] = {}
    numbers: dict[str, int] = {}
    events = 0
    for number, kind, subject, seq, digest in rows:
        bound.update(f"{number} {seq} {digest}\n".encode())
        name = f"{kind}/{subject}"
        heads[name] = (seq, digest)
        numbers[name] = number
        events += 1
    return Range(events, bound.hexdigest(), heads, numbers)


def pack(heads: Heads) -> bytes:
    """Heads as a seal keeps them: compressed canonical JSON."""
    return zlib.compress(_text(heads), 6)


def unpack(packed: bytes | memoryview) -> dict[str, Head]:
    """The heads in what `pack` made.

    Raises:
        ValueError: these bytes are not packed heads.
    """
    try:
        found = json.loads(zlib.decompress(bytes(packed)))
        return {name: (int(seq), str(digest)) for name, (seq, digest) in found.items()}
    except (zlib.error, AttributeError, TypeError) as error:
        raise ValueError(str(error)) from None


def head_in(packed: bytes | memoryview, digest: str, subject: str) -> Head | None:
    """One subject's head in what `pack` made, without reading all of them; None if it is not there.

    Raises:
        ValueError: these are not the heads with this digest.
    """
    try:
        text = zlib.decompress(bytes(packed))
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if hashlib.sha256(text).hexdigest() != digest:
        raise ValueError("other heads")
    key = _text(subject) + b":"
    for before in (b"{", b","):
        # A quote inside another name is escaped, so this can only be the name itself.
        found = text.find(before + key)
        if found >= 0:
            begin = found + 1 + len(key)
            seq, head = json.loads(text[begin : text.index(b"]", begin) + 1])
            return int(seq), str(head)
    return None


def digest_of_heads(heads: Heads) -> str:
    """SHA-256 over the heads as canonical JSON."""
    return hashlib.sha256(_text(heads)).hexdigest()


def digest_of_seal(seal: Seal) -> str:
    """SHA-256 over what the seal says and the digest of the seal before."""
    return _digest(
        {
            "number": seal.number,
            "made_at": seal.made_at.isoformat(),
            "range": [seal.after, seal.last],
            "events": seal.events,
            "total": seal.total,
            "events_digest": seal.events_digest,
            "heads_digest": seal.heads_digest,
            "previous": seal.previous,
        }
    )


def _digest(content: Any) -> str:
    return hashlib.sha256(_text(content)).hexdigest()


def _text(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
