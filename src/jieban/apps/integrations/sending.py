"""Sending one message to an address that was checked, and nowhere else.

Whoever may enter an address must not be able to make this machine ask its own neighbours.
So only https to public addresses is allowed, redirects are not followed, and the connection
goes to the very address that was checked, not to what the name means a moment later. Hosts
in `JIEBAN_WEBHOOK_ADDRESSES` are exempt: they may be private and plain http.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from jieban.domain.errors import Refused

TIMEOUT_SECONDS = 10.0
_LONGEST_ADDRESS = 500
# Ranges that count as public but lead to an address inside another one.
_DISGUISES = (ipaddress.ip_network("2002::/16"), ipaddress.ip_network("64:ff9b::/96"))


@dataclass(frozen=True)
class Answer:
    """What came of one try. `status` is None where nobody answered, for the reason in `error`."""

    status: int | None
    error: str = ""

    @property
    def delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True)
class _Target:
    """Where to connect: the checked address, and the name it is asked by."""

    secure: bool
    host: str
    port: int
    ip: str
    path: str


def check_address(address: str, allowed: Collection[str]) -> str:
    """The address, tidied, if a webhook may be sent there; names are looked up only on sending.

    Raises:
        Refused "webhook.address_unreadable", "webhook.https_only", "webhook.address_private".
    """
    tidy = address.strip()
    parts = _parts(tidy)
    if not _is_allowed(parts, allowed):
        if parts.scheme != "https":
            raise Refused("webhook.https_only", address=tidy)
        if _is_literal(parts.hostname or "") and not _is_public(parts.hostname or ""):
            raise Refused("webhook.address_private", host=parts.hostname)
        if (parts.hostname or "").lower().rstrip(".") in ("localhost", "localhost.localdomain"):
            raise Refused("webhook.address_private", host=parts.hostname)
    return tidy


def post(address: str, body: bytes, headers: Mapping[str, str], allowed: Collection[str]) -> Answer:
    """Send the body once. Never raises for what the other side does or does not do."""
    try:
        target = _target(check_address(address, allowed), allowed)
    except Refused as refusal:
        return Answer(None, refusal.code)
    except OSError:
        return Answer(None, "name_unknown")
    connection = _connection(target)
    try:
        connection.request("POST", target.path, body=body, headers=dict(headers))
        return Answer(connection.getresponse().status)
    except TimeoutError:
        return Answer(None, "timeout")
    except ssl.SSLError:
        return Answer(None, "certificate")
    except (OSError, http.client.HTTPException) as error:
        return Answer(None, type(error).__name__)
    finally:
        connection.close()


def _parts(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        good = (
            len(address) <= _LONGEST_ADDRESS
            and address.isascii()
            and address.isprintable()
            and " " not in address
            and parts.scheme in ("https", "http")
            and parts.hostname
            and parts.username is None
            and parts.port != 0
        )
    except ValueError:
        good = False
    if not good:
        raise Refused("webhook.address_unreadable", address=address[:200])
    return parts


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _is_allowed(parts: SplitResult, allowed: Collection[str]) -> bool:
    host = (parts.hostname or "").lower()
    return host in allowed or f"{host}:{_port(parts)}" in allowed


def _target(address: str, allowed: Collection[str]) -> _Target:
    parts = _parts(address)
    host, port = parts.hostname or "", _port(parts)
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(each[4][0]).partition("%")[0] for each in found]
    if not _is_allowed(parts, allowed) and not all(map(_is_public, addresses)):
        raise Refused("webhook.address_private", host=host)
    path = parts.path or "/"
    if parts.query:
        path = f"{path}?{parts.query}"
    return _Target(parts.scheme == "https", host, port, addresses[0], path)


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return _is_public(str(address.ipv4_mapped))
        if any(address in network for network in _DISGUISES):
            return False
    return address.is_global and not address.is_multicast


def _connection(target: _Target) -> http.client.HTTPConnection:
    if target.secure:
        return _Secure(target)
    return _Plain(target)


class _Plain(http.client.HTTPConnection):
    """Connects to the checked address, asks by the name."""

    def __init__(self, target: _Target) -> None:
        super().__init__(target.host, target.port, timeout=TIMEOUT_SECONDS)
        self._ip = target.ip

    def connect(self) -> None:
        self.sock = socket.create_connection((self._ip, self.port), self.timeout)


class _Secure(http.client.HTTPSConnection):
    """As `_Plain`, under TLS for the name."""

    def __init__(self, target: _Target) -> None:
        self._tls = ssl.create_default_context()
        super().__init__(target.host, target.port, timeout=TIMEOUT_SECONDS, context=self._tls)
        self._ip = target.ip

    def connect(self) -> None:
        plain = socket.create_connection((self._ip, self.port), self.timeout)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)
