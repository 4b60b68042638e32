"""Personal data at rest: the only user of the cipher.

AES-256-GCM with a fresh 96-bit nonce for each value. A sealed value is

    version (1 byte, now 1) · key number (1 byte) · nonce (12) · ciphertext and tag

so that keys can be changed later without touching what older keys sealed. Keys
are files `sealing-<number>.key` in HOME/keys, outside the database; the highest
number seals, all of them open. Whoever loses the keys loses the personal data
and nothing else: counts, rates and the ledger do not need them.
"""

import os
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from jieban.domain.errors import Refused

VERSION = 1
_HEAD = 14


class Sealer:
    """Seals and opens values with the keys of one folder.

    A first key is made if the folder holds none.

    Raises:
        Refused "sealing.key_missing": a value names a key that is not there.
        Refused "sealing.broken": a value was altered, or is not ours.
    """

    def __init__(self, folder: Path) -> None:
        self._keys = _load_keys(folder)
        self._number = max(self._keys)
        self._current = AESGCM(self._keys[self._number])
        self._ciphers = {number: AESGCM(key) for number, key in self._keys.items()}
        self._prefix = bytes((VERSION, self._number))
        # Digests of personal rows are keyed: an unkeyed digest of a phone number can be guessed.
        self._digest_key = blake2b(self._keys[min(self._keys)], person=b"jieban-digest").digest()

    def seal(self, plain: bytes) -> bytes:
        nonce = os.urandom(12)
        return self._prefix + nonce + self._current.encrypt(nonce, plain, None)

    def seal_all(self, plain: Sequence[bytes]) -> list[bytes]:
        """As `seal`, for many values: one question to the system's randomness for all of them."""
        nonces = os.urandom(12 * len(plain))
        encrypt, prefix = self._current.encrypt, self._prefix
        sealed = []
        for place, value in enumerate(plain):
            nonce = nonces[12 * place : 12 * place + 12]
            sealed.append(prefix + nonce + encrypt(nonce, value, None))
        return sealed

    def open(self, sealed: bytes | memoryview) -> bytes:
        sealed = bytes(sealed)
        if len(sealed) < _HEAD or sealed[0] != VERSION:
            raise Refused("sealing.broken")
        cipher = self._ciphers.get(sealed[1])
        if cipher is None:
            raise Refused("sealing.key_missing", number=sealed[1])
        try:
            return cipher.decrypt(sealed[2:_HEAD], sealed[_HEAD:], None)
        except InvalidTag:
            raise Refused("sealing.broken") from None

    def digest(self, plain: bytes) -> bytes:
        """16 bytes that are equal for equal content and say nothing to one without the key."""
        return blake2b(plain, digest_size=16, key=self._digest_key).digest()

    def blind(self, kind: str, value: str) -> bytes:
        """Interim."""
        return self.digest(f"{kind}:{value}".encode())


def _load_keys(folder: Path) -> dict[int, bytes]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = {
        int(file.stem.removeprefix("sealing-")): bytes.fromhex(file.read_text().strip())
        for file in folder.glob("sealing-*.key")
    }
    if not keys:
        try:
            keys = {1: _make_key(folder / "sealing-1.key")}
        except FileExistsError:
            # Another process made it between our look and our attempt.
            return _load_keys(folder)
    return keys


def _make_key(file: Path) -> bytes:
    key = AESGCM.generate_key(256)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write(key.hex() + "\n")
        out.flush()
        os.fsync(out.fileno())
    return key


_sealers: dict[Path, Sealer] = {}


def sealer_of(folder: Path) -> Sealer:
    """Interim: the privacy room notices new keys."""
    return _sealers.setdefault(folder, Sealer(folder))
