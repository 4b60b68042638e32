"""Personal data at rest: the only user of the cipher.

A fresh 96-bit nonce for each value. A sealed value is

    cipher (1 byte: 1 AES-256-GCM, 2 SM4-GCM) · key number (1) · nonce (12) · ciphertext and tag

so that keys and ciphers can be changed later without touching what was sealed before.
JIEBAN_CIPHER says which cipher seals; both open. Keys are files in HOME/keys, outside the
database:

    sealing-<number>.key   the highest number seals, all of them open
    blind-<number>.key     makes the blind index of what is sealed under the same number
    digest.key             digests of personal rows; never changes

Whoever loses the sealing keys loses the personal data and nothing else: counts, rates and the
ledger do not need them.
"""

import contextlib
import hashlib
import hmac
import os
import re
from collections.abc import Callable, Sequence
from hashlib import blake2b
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from jieban.domain.errors import Refused

AES, SM4 = 1, 2
CIPHERS = {"aes-gcm": AES, "sm4-gcm": SM4}
HIGHEST_NUMBER = 255
_HEAD, _TAG, _KEY, _SALT = 14, 16, 32, 16
_NAME = re.compile(r"(sealing|blind)-([1-9][0-9]{0,2})\.key")
_DIGEST = "digest.key"

_Act = Callable[[bytes, bytes], bytes]


class Sealer:
    """Seals and opens values with the keys of one folder.

    A first key is made if the folder holds none.

    Raises:
        Refused "sealing.key_missing": a value names a key that is not there.
        Refused "sealing.broken": a value was altered, or is not ours.
        Refused "settings.cipher": JIEBAN_CIPHER names no cipher we have.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.cipher = _chosen_cipher()
        keys = _sealing_keys(folder)
        self.number = max(keys)
        self.numbers = frozenset(keys)
        self._openers = {number: _openers(key) for number, key in keys.items()}
        self._encrypt = _encrypter(self.cipher, keys[self.number])
        self.prefix = bytes((self.cipher, self.number))
        # Digests of personal rows are keyed: an unkeyed digest of a phone number can be guessed.
        self._digest_key = _digest_key(folder, keys)
        blind = _blind_keys(folder, self.number)
        self._blind_key = blind[self.number]
        self._blind_keys = tuple(blind[number] for number in sorted(blind, reverse=True))

    def seal(self, plain: bytes) -> bytes:
        nonce = os.urandom(12)
        return self.prefix + nonce + self._encrypt(nonce, plain)

    def seal_all(self, plain: Sequence[bytes]) -> list[bytes]:
        """As `seal`, for many values: one question to the system's randomness for all of them."""
        nonces = os.urandom(12 * len(plain))
        encrypt, prefix = self._encrypt, self.prefix
        sealed = []
        for place, value in enumerate(plain):
            nonce = nonces[12 * place : 12 * place + 12]
            sealed.append(prefix + nonce + encrypt(nonce, value))
        return sealed

    def open(self, sealed: bytes | memoryview) -> bytes:
        sealed = bytes(sealed)
        if len(sealed) < _HEAD + _TAG or sealed[0] not in (AES, SM4):
            raise Refused("sealing.broken")
        openers = self._openers.get(sealed[1])
        if openers is None:
            # Another process may have made the key since we looked. What seals stays as it is.
            keys = _sealing_keys(self._folder)
            self._openers = {number: _openers(key) for number, key in keys.items()}
            openers = self._openers.get(sealed[1])
        if openers is None:
            raise Refused("sealing.key_missing", number=sealed[1])
        try:
            return openers[sealed[0]](sealed[2:_HEAD], sealed[_HEAD:])
        except InvalidTag:
            raise Refused("sealing.broken") from None

    def is_current(self, sealed: bytes | memoryview) -> bool:
        """Whether a value is sealed with the newest key and the chosen cipher."""
        return bytes(sealed[:2]) == self.prefix

    def digest(self, plain: bytes) -> bytes:
        """16 bytes that are equal for equal content and say nothing to one without the key."""
        return blake2b(plain, digest_size=16, key=self._digest_key).digest()

    def blind(self, kind: str, value: str) -> bytes:
        """16 bytes by which a value is found again: equal for equal `kind` and `value`.

        Belongs beside a value sealed by this sealer: both keys have the same number.
        """
        return _blind(self._blind_key, kind, value)

    def blind_all(self, kind: str, value: str) -> list[bytes]:
        """`blind` under every key there is, newest first: what to look for during a rotation."""
        return [_blind(key, kind, value) for key in self._blind_keys]


def seal_under(passphrase: str, plain: bytes) -> bytes:
    """Seal under what a person remembers: salt (16) · nonce (12) · AES-256-GCM of `plain`."""
    salt, nonce = os.urandom(_SALT), os.urandom(12)
    return salt + nonce + AESGCM(_stretched(passphrase, salt)).encrypt(nonce, plain, None)


def open_under(passphrase: str, sealed: bytes) -> bytes | None:
    """What `seal_under` sealed; None under another passphrase, or if it was altered."""
    salt, nonce, text = sealed[:_SALT], sealed[_SALT : _SALT + 12], sealed[_SALT + 12 :]
    try:
        return AESGCM(_stretched(passphrase, salt)).decrypt(nonce, text, None)
    except (InvalidTag, ValueError):
        return None


def _stretched(passphrase: str, salt: bytes) -> bytes:
    """128 MB and about half a second for each guess."""
    return Scrypt(salt=salt, length=_KEY, n=2**17, r=8, p=1).derive(passphrase.encode())


_sealers: dict[Path, tuple[tuple[int, str], Sealer]] = {}


def sealer_of(folder: Path) -> Sealer:
    """The sealer of a folder, made once in a process, and again when a key came or went."""
    seen = (_changed_at(folder), os.environ.get("JIEBAN_CIPHER", ""))
    kept = _sealers.get(folder)
    if kept is not None and kept[0] == seen:
        return kept[1]
    sealer = Sealer(folder)
    if _changed_at(folder) == seen[0]:
        _sealers[folder] = (seen, sealer)
    return sealer


def key_numbers(folder: Path) -> list[int]:
    """Numbers of the sealing keys in the folder, oldest first; none is made."""
    found = (_NAME.fullmatch(file.name) for file in folder.glob("sealing-*.key"))
    return sorted(int(name[2]) for name in found if name)


def make_next_key(folder: Path) -> int:
    """A new key pair, which seals from now on. Returns its number.

    Raises:
        Refused "sealing.keys_used_up": there were 255 already.
    """
    sealer = Sealer(folder)
    number = sealer.number + 1
    if number > HIGHEST_NUMBER:
        raise Refused("sealing.keys_used_up", limit=HIGHEST_NUMBER)
    _make_key(folder / f"blind-{number}.key")
    _make_key(folder / f"sealing-{number}.key")
    return number


def put_key_away(folder: Path, number: int) -> None:
    """Take a key pair out of use; it stays as `retired-…` until it is destroyed or put back."""
    for name in _pair(number):
        with contextlib.suppress(FileNotFoundError):
            (folder / name).rename(folder / f"retired-{name}")


def put_key_back(folder: Path, number: int) -> None:
    """Undo `put_key_away`."""
    for name in _pair(number):
        with contextlib.suppress(FileNotFoundError):
            (folder / f"retired-{name}").rename(folder / name)


def _pair(number: int) -> tuple[str, str]:
    return f"sealing-{number}.key", f"blind-{number}.key"


def _changed_at(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _chosen_cipher() -> int:
    name = os.environ.get("JIEBAN_CIPHER") or "aes-gcm"
    if name not in CIPHERS:
        raise Refused("settings.cipher", name=name, known=list(CIPHERS))
    return CIPHERS[name]


def _encrypter(cipher: int, key: bytes) -> _Act:
    if cipher == AES:
        encrypt = AESGCM(key).encrypt
        return lambda nonce, plain: encrypt(nonce, plain, None)
    algorithm = algorithms.SM4(_sm4_key(key))

    def act(nonce: bytes, plain: bytes) -> bytes:
        encryptor = Cipher(algorithm, modes.GCM(nonce)).encryptor()
        return encryptor.update(plain) + encryptor.finalize() + encryptor.tag

    return act


def _openers(key: bytes) -> dict[int, _Act]:
    decrypt = AESGCM(key).decrypt
    algorithm = algorithms.SM4(_sm4_key(key))

    def act(nonce: bytes, sealed: bytes) -> bytes:
        decryptor = Cipher(algorithm, modes.GCM(nonce, sealed[-_TAG:])).decryptor()
        return decryptor.update(sealed[:-_TAG]) + decryptor.finalize()

    return {AES: lambda nonce, sealed: decrypt(nonce, sealed, None), SM4: act}


def _sm4_key(key: bytes) -> bytes:
    """SM4 has keys of 128 bits: one is drawn from the file's 256, apart from AES's own."""
    return blake2b(key, digest_size=16, person=b"jieban-sm4").digest()


def _blind(key: bytes, kind: str, value: str) -> bytes:
    return hmac.digest(key, f"{kind}\0{value}".encode(), hashlib.sha256)[:16]


def _sealing_keys(folder: Path) -> dict[int, bytes]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not key_numbers(folder):
        _make_key(folder / "sealing-1.key")
    return {number: _read(folder / f"sealing-{number}.key") for number in key_numbers(folder)}


def _blind_keys(folder: Path, newest: int) -> dict[int, bytes]:
    """Those there are; the newest is made for a folder from before there was a blind index."""
    _make_key(folder / f"blind-{newest}.key")
    found = (_NAME.fullmatch(file.name) for file in folder.glob("blind-*.key"))
    return {int(name[2]): _read(folder / name[0]) for name in found if name}


def _digest_key(folder: Path, keys: dict[int, bytes]) -> bytes:
    """Drawn once from the oldest key and kept, so that it outlives that key."""
    file = folder / _DIGEST
    if not file.exists():
        _write_once(file, blake2b(keys[min(keys)], person=b"jieban-digest").digest())
    return bytes.fromhex(file.read_text().strip())


def _read(file: Path) -> bytes:
    try:
        key = bytes.fromhex(file.read_text().strip())
    except ValueError:
        key = b""
    if len(key) != _KEY:
        raise Refused("sealing.key_damaged", file=file.name)
    return key


def _make_key(file: Path) -> None:
    """A new key under this name; nothing happens if one is there."""
    if not file.exists():
        _write_once(file, AESGCM.generate_key(256))


def _write_once(file: Path, key: bytes) -> None:
    """Written whole before it has its name; of two processes at once the first one wins."""
    part = file.with_name(f".{file.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(key.hex() + "\n")
            out.flush()
            os.fsync(out.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(part, file)
    finally:
        part.unlink(missing_ok=True)
    handle = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
