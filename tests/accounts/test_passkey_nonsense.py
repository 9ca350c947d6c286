"""What no browser sends in a passkey's place: refused in words at every door, and never a 500."""

import base64
import json
from collections.abc import Iterator
from copy import deepcopy
from hashlib import sha256
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from fido2.cose import ES256
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from accounts.models import User
from tests import cast
from tests.accounts.test_headless import APP, BROWSER

pytestmark = pytest.mark.django_db
ID = b"a key of our own"
PLACE = sha256(b"testserver").digest()
PRESENT = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV
VALUES: list[Any] = [None, True, 7, "", "%", "AAAA", "é", ["none"], {}, {"a": 1}]


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def client_data(kind: str) -> str:
    told = {"type": f"webauthn.{kind}", "challenge": text(b"c" * 32), "origin": "http://testserver"}
    return text(json.dumps(told).encode())


def shown_key(data: bytes | None = None) -> dict[str, Any]:
    """As a browser sends it, of a key that nobody knows."""
    plain = bytes(AuthenticatorData.create(PLACE, PRESENT, 1))
    response = {
        "clientDataJSON": client_data("get"),
        "authenticatorData": text(plain if data is None else data),
        "signature": text(b"s" * 70),
        "userHandle": text(b"nobody"),
    }
    return {"id": text(ID), "rawId": text(ID), "type": "public-key", "response": response}


def new_key(*, bare: bool = False) -> dict[str, Any]:
    """As a browser sends one that was just made; `bare` says that there is a key and has none."""
    public = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    made = None if bare else AttestedCredentialData.create(bytes(16), ID, public)
    flags = PRESENT if bare else PRESENT | AuthenticatorData.FLAG.AT
    data = AuthenticatorData.create(PLACE, flags, 0, made or b"")
    response = {
        "clientDataJSON": client_data("create"),
        "attestationObject": text(bytes(AttestationObject.create("none", data, {}))),
    }
    return {"id": text(ID), "rawId": text(ID), "type": "public-key", "response": response}


def spoilt(whole: dict[str, Any]) -> Iterator[Any]:
    """The whole exchanged, and each of its parts: gone, another kind, cut short."""
    yield from VALUES
    for outer, inner in [(name, None) for name in whole] + [
        ("response", name) for name in whole["response"]
    ]:
        for value in ["gone", *VALUES, "short"]:
            other = deepcopy(whole)
            within = other if inner is None else other["response"]
            name = inner or outer
            if value == "gone":
                del within[name]
            elif value == "short":
                within[name] = within[name][:9] if isinstance(within[name], str) else {}
            else:
                within[name] = value
            yield other


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def at_home(visitor: Client, sam: User) -> Client:
    """Somebody who has just shown who they are."""
    visitor.force_login(sam)
    return cast.confirmed(visitor)


def sent(client: Client, path: str, credential: Any) -> int:
    """To a page, as its script does."""
    client.get(path)
    return client.post(path, {"credential": json.dumps(credential)}).status_code


def asked(client: Client, path: str, credential: Any, **headers: str) -> int:
    client.get(path, headers=headers)
    body = {"credential": credential}
    return client.post(path, body, "application/json", headers=headers).status_code


def test_a_visitor_comes_in_with_nothing(visitor: Client) -> None:
    for what in [*spoilt(shown_key()), shown_key(), shown_key(b""), shown_key(bytes(36))]:
        assert sent(visitor, "/account/login/passkey/", what) == 302, what
        assert asked(visitor, f"{BROWSER}/auth/webauthn/login", what) == 400, what
    assert "_auth_user_id" not in visitor.session


def test_nor_does_an_app(visitor: Client) -> None:
    path = f"{APP}/auth/webauthn/login"
    session = visitor.get(path).json()["meta"]["session_token"]
    for what in spoilt(shown_key()):
        assert asked(visitor, path, what, **{"x-session-token": session}) == 400, what


def test_nor_does_it_do_for_a_second_step(visitor: Client, sam: User, second_factor) -> None:
    second_factor(sam)
    visitor.post("/account/login/", {"login": sam.email, "password": cast.PASSWORD})
    for what in spoilt(shown_key()):
        assert sent(visitor, "/account/login/second-factor/", what) == 200, what
        assert asked(visitor, f"{BROWSER}/auth/webauthn/authenticate", what) == 400, what
    assert "_auth_user_id" not in visitor.session


def test_or_for_showing_again_who_it_is(at_home: Client) -> None:
    for what in spoilt(shown_key()):
        assert sent(at_home, "/account/confirm/passkey/", what) == 302, what
        assert asked(at_home, f"{BROWSER}/auth/webauthn/reauthenticate", what) == 400, what


def test_and_none_is_kept(at_home: Client, sam: User) -> None:
    for what in [*spoilt(new_key()), new_key(), new_key(bare=True)]:
        assert sent(at_home, "/settings/security/passkeys/add/", what) == 200, what
        assert asked(at_home, f"{BROWSER}/account/authenticators/webauthn", what) == 400, what
    assert not Authenticator.objects.filter(user=sam).exists()
