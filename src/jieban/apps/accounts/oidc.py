"""The office's own sign-in (OpenID Connect): authorization code with PKCE, in two steps.

`begin` says where to send the browser and what to keep in its session; `finish` trades the code
that comes back for a user name. Only what the issuer signed is believed: its name, who it was
made for, the nonce of this very sign-in. An account is neither made nor changed here.
"""

import base64
import json
import secrets
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPException
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from jieban.domain.errors import Refused

TIMEOUT_SECONDS = 10
LARGEST_ANSWER = 256 * 1024
LEEWAY_SECONDS = 60
# Signatures with a key of the issuer's alone: never "none", never a shared secret.
ALGORITHMS = ["RS256", "PS256", "ES256"]
CLAIM = "preferred_username"


@dataclass(frozen=True)
class Office:
    """The office's own sign-in, as the settings name it."""

    issuer: str
    client: str
    secret: str


def begin(office: Office, back: str) -> tuple[str, dict[str, str]]:
    """Where to send the browser, and what its session keeps until it comes back to `back`.

    Raises:
        Refused "account.oidc_unreachable", "account.oidc_wrong".
    """
    found = _discovered(office)
    kept = {each: secrets.token_urlsafe(32) for each in ("state", "nonce")}
    kept["verifier"] = secrets.token_urlsafe(48)
    query = {
        "response_type": "code",
        "client_id": office.client,
        "redirect_uri": back,
        "scope": "openid profile",
        "state": kept["state"],
        "nonce": kept["nonce"],
        "code_challenge": create_s256_code_challenge(kept["verifier"]),
        "code_challenge_method": "S256",
    }
    address = found["authorization_endpoint"]
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}", kept


def finish(
    office: Office, kept: Mapping[str, str], answer: Mapping[str, str], back: str, at: datetime
) -> str:
    """The user name of whoever signed in there.

    Raises:
        Refused "account.oidc_refused": the other side said no.
        Refused "account.oidc_wrong": the answer does not belong to this sign-in.
        Refused "account.oidc_unreachable".
    """
    if not secrets.compare_digest(answer.get("state", "").encode(), kept["state"].encode()):
        raise Refused("account.oidc_wrong", why="state")
    if answer.get("iss", office.issuer) != office.issuer:
        raise Refused("account.oidc_wrong", why="iss")
    if not answer.get("code"):
        raise Refused("account.oidc_refused", why=answer.get("error", "?")[:64])
    found = _discovered(office)
    given = _traded(office, found, answer["code"], kept["verifier"], back)
    claims = _claims(office, found["jwks_uri"], given, kept["nonce"], at)
    name = claims.get(CLAIM)
    if not isinstance(name, str) or not name:
        raise Refused("account.oidc_wrong", why=CLAIM)
    return name


def _discovered(office: Office) -> dict[str, Any]:
    found = _asked(f"{office.issuer.rstrip('/')}/.well-known/openid-configuration", office)
    if found.get("issuer") != office.issuer:
        raise Refused("account.oidc_wrong", why="issuer")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        _check(found.get(name), office)
    return found


def _traded(office: Office, found: Mapping[str, Any], code: str, verifier: str, back: str) -> str:
    """The ID token for the code."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "code_verifier": verifier,
    }
    headers = {}
    ways = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    if office.secret and "client_secret_basic" in ways:
        pair = f"{quote(office.client, safe='')}:{quote(office.secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        form["client_id"] = office.client
        if office.secret:
            form["client_secret"] = office.secret
    answer = _asked(found["token_endpoint"], office, urlencode(form).encode(), headers)
    given = answer.get("id_token")
    if not isinstance(given, str):
        raise Refused("account.oidc_refused", why=str(answer.get("error", "id_token"))[:64])
    return given


def _claims(office: Office, jwks: str, given: str, nonce: str, at: datetime) -> dict[str, Any]:
    """What the ID token says, once its signature and its addressee are right."""
    rules = jwt.JWTClaimsRegistry(
        now=int(at.timestamp()),
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": office.issuer},
        aud={"essential": True, "value": office.client},
        nonce={"essential": True, "value": nonce},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        listed = _asked(jwks, office).get("keys", [])
        usable = [
            key for key in listed if key.get("kty") in ("RSA", "EC") and key.get("use") != "enc"
        ]
        keys = KeySet.import_key_set({"keys": usable})
        claims = jwt.decode(given, keys, algorithms=ALGORITHMS).claims
        rules.validate(claims)
    except (JoseError, ValueError, TypeError, AttributeError) as error:
        raise Refused("account.oidc_wrong", why=type(error).__name__) from None
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (several or "azp" in claims) and claims.get("azp") != office.client:
        raise Refused("account.oidc_wrong", why="azp")
    return claims


def _asked(
    address: str,
    office: Office,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """One JSON object from the issuer; redirects are not followed."""
    _check(address, office)
    request = urllib.request.Request(
        address, data=body, headers={"Accept": "application/json", **(headers or {})}
    )
    try:
        with _OPENER.open(request, timeout=TIMEOUT_SECONDS) as answer:
            found = json.loads(answer.read(LARGEST_ANSWER))
    except (OSError, HTTPException, ValueError) as error:
        raise Refused("account.oidc_unreachable", why=type(error).__name__) from None
    if not isinstance(found, dict):
        raise Refused("account.oidc_unreachable", why="json")
    return found


def _check(address: object, office: Office) -> None:
    """Only https, or plain http where the issuer itself was set up so (a test on this machine)."""
    scheme = urlsplit(address).scheme if isinstance(address, str) else ""
    if scheme != "https" and scheme != urlsplit(office.issuer).scheme:
        raise Refused("account.oidc_wrong", why="https")


class _Straight(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_Straight)
