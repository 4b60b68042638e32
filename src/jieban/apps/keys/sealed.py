"""Where is sealed data kept? Every column, and every folder of files.

A test walks all binary columns of all tables: each is named here, or stands in `NOT_SEALED`
with the reason. What is not named would be lost when its key is retired.
"""

from collections.abc import Callable
from dataclasses import dataclass

import orjson

from jieban.domain.privacy.redaction import normal_phone
from jieban.home import Home
from jieban.sealing import Sealer

Index = Callable[[Sealer, bytes], bytes | None]


@dataclass(frozen=True)
class SealedColumn:
    """One column of sealed values. `index` makes the blind index kept in `index_field`."""

    model: str
    field: str
    index_field: str = ""
    index: Index | None = None


def phone_index(sealer: Sealer, plain: bytes) -> bytes | None:
    """The blind index of the phone in the personal half of a case."""
    phone = normal_phone(orjson.loads(plain).get("phone", ""))
    return sealer.blind("phone", phone) if phone else None


SEALED = (
    SealedColumn("cases.CasePrivate", "sealed", "phone_index", phone_index),
    SealedColumn("cases.CaseNote", "sealed"),
    SealedColumn("cases.Attachment", "name"),
    SealedColumn("cases.Draft", "sealed"),
    SealedColumn("cases.ImportedPrivate", "sealed"),
    SealedColumn("cases.ImportedVersion", "sealed"),
    SealedColumn("assessments.Appeal", "evidence"),
    SealedColumn("assessments.Appeal", "file"),
    SealedColumn("integrations.Webhook", "secret"),
    SealedColumn("practices.Photo", "name"),
    SealedColumn("practices.NoteItem", "name"),
    SealedColumn("rectification.Evidence", "name"),
    SealedColumn("letters.Letter", "sealed"),
)
NOT_SEALED = {
    "cases.CasePrivate.phone_index": "a keyed digest, made anew with its row",
    "cases.ImportedCase.digest": "a keyed digest; its key never changes",
    "ledger.Seal.heads": "digests of events",
}


def sealed_folders(home: Home) -> tuple[str, ...]:
    """Folders whose files are sealed, one value a file or many with their lengths."""
    return (str(home.uploads), str(home.attachments))
