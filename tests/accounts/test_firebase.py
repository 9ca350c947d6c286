"""Firebase ID tokens by the rules of Firebase's own verifier (contracts/firebase)."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache

from accounts.models import User
from sandbox.identity import signing
from sandbox.identity.firebase import PROJECT
from tests.contracts import CONTRACTS

pytestmark = pytest.mark.django_db
EXCHANGE = "/api/v1/auth/firebase/"
CONNECT = "/api/v1/me/connections/"
SOON = int(time.time()) + 3600


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


def minted(sandbox, **body: Any) -> str:
    asked = {"uid": "uid-nadia", "email": "nadia@example.test", "name": "Nadia", **body}
    answer = sandbox.http.post(f"{sandbox.url}/firebase/_mint", json=asked)
    token: str = answer.json()["id_token"]
    return token


def bring(client, token: str):
    return client.post(EXCHANGE, {"id_token": token}, format="json")


def test_somebody_new_is_let_in_and_known_again(api, sandbox) -> None:
    first = bring(api(None), minted(sandbox))
    assert first.status_code == 200, first.content
    client = api(None)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {first.json()['access']}")
    assert client.get("/api/v1/auth/session/").json()["user"]["email"] == "nadia@example.test"
    assert bring(api(None), minted(sandbox)).status_code == 200
    assert User.objects.count() == SocialAccount.objects.count() == 1


def by_hand(key: Any, algorithm: str, headers: dict[str, Any]) -> str:
    now = int(time.time())
    claims = {
        "iss": f"https://securetoken.google.com/{PROJECT}",
        "aud": PROJECT,
        "sub": "uid",
        "iat": now,
        "exp": SOON,
        "auth_time": now,
    }
    return jwt.encode(claims, key, algorithm, headers=headers)


def hs256_with_the_certificate() -> str:
    """PyJWT refuses to make one, so it is put together by hand."""
    body = by_hand(None, "none", {}).split(".")[1]
    head = json.dumps({"alg": "HS256", "kid": signing.KID}).encode()
    start = base64.urlsafe_b64encode(head).rstrip(b"=").decode() + "." + body
    key = signing.certificate().encode()
    mac = hmac.new(key, start.encode(), hashlib.sha256).digest()
    return start + "." + base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


MUST_REJECT: dict[str, Callable[[Any], str]] = {
    "alg none": lambda sandbox: by_hand(None, "none", {"kid": signing.KID}),
    "alg HS256 signed with the certificate text": lambda sandbox: hs256_with_the_certificate(),
    "missing kid": lambda sandbox: by_hand(signing.key("own"), "RS256", {}),
    "unknown kid": lambda sandbox: minted(sandbox, headers={"kid": "another"}),
    "wrong aud": lambda sandbox: minted(sandbox, claims={"aud": "another-project"}),
    "wrong iss": lambda sandbox: minted(sandbox, claims={"iss": "https://evil.test"}),
    "empty sub": lambda sandbox: minted(sandbox, claims={"sub": ""}),
    "sub longer than 128": lambda sandbox: minted(sandbox, claims={"sub": "x" * 129}),
    "expired": lambda sandbox: minted(sandbox, claims={"exp": 1_600_000_000}),
    "iat in the future": lambda sandbox: minted(sandbox, claims={"iat": SOON, "exp": SOON * 2}),
    "auth_time in the future": lambda sandbox: minted(sandbox, claims={"auth_time": SOON}),
    "custom token (aud https://identitytoolkit.googleapis.com/"
    "google.identity.identitytoolkit.v1.IdentityToolkit)": lambda sandbox: minted(
        sandbox,
        claims={
            "aud": "https://identitytoolkit.googleapis.com/"
            "google.identity.identitytoolkit.v1.IdentityToolkit"
        },
    ),
    "signed by somebody else": lambda sandbox: minted(sandbox, claims={"signed_by": "another"}),
    "no token at all": lambda sandbox: "nonsense",
    "no auth_time": lambda sandbox: minted(sandbox, claims={"auth_time": None}),
}


@pytest.mark.parametrize("case", MUST_REJECT)
def test_what_must_be_rejected_is(api, sandbox, monkeypatch, case: str) -> None:
    monkeypatch.setenv("FIREBASE_AUTH_EMULATOR_HOST", "127.0.0.1:9099")
    refused = bring(api(None), MUST_REJECT[case](sandbox))
    assert (refused.status_code, refused.json()["code"]) == (401, "identity-refused")
    assert not User.objects.exists()


@pytest.mark.skipif(CONTRACTS is None, reason="the contracts are not here")
def test_every_rule_of_the_contract_has_its_case() -> None:
    assert CONTRACTS is not None
    rules = json.loads((CONTRACTS / "firebase" / "id_token_rules.json").read_text())
    unsigned = "any unsigned token when FIREBASE_AUTH_EMULATOR_HOST is set outside tests"
    # Every case above runs with that variable set.
    assert set(rules["must_reject"]) - set(MUST_REJECT) == {unsigned}


def test_an_equal_address_joins_nothing_and_an_unproven_one_opens_nothing(
    api, sandbox, sam: User
) -> None:
    taken = bring(api(None), minted(sandbox, email=sam.email))
    assert (taken.status_code, taken.json()["code"]) == (409, "account-exists")
    unproven = bring(api(None), minted(sandbox, email_verified=False))
    assert (unproven.status_code, unproven.json()["code"]) == (403, "address-unproven")
    # Nor does an unproven address tell whether it is known.
    known = bring(api(None), minted(sandbox, email=sam.email, email_verified=False))
    assert known.json()["code"] == "address-unproven"


def test_sam_connects_firebase_and_comes_in_by_it(api, sandbox, sam: User, otto: User) -> None:
    client = api(sam)
    token = minted(sandbox, email=sam.email)
    assert client.post(CONNECT, {"id_token": token}, format="json").status_code == 204
    assert [row["provider"] for row in client.get(CONNECT).json()] == ["firebase"]
    assert bring(api(None), token).status_code == 200
    stolen = api(otto).post(CONNECT, {"id_token": token}, format="json")
    assert (stolen.status_code, stolen.json()["code"]) == (409, "connected-elsewhere")
    (row,) = client.get(CONNECT).json()
    assert api(otto).delete(f"{CONNECT}{row['id']}/").status_code == 404
    assert client.delete(f"{CONNECT}{row['id']}/").status_code == 204


def test_a_suspended_account_stays_out(api, sandbox) -> None:
    bring(api(None), minted(sandbox))
    User.objects.update(is_active=False)
    assert bring(api(None), minted(sandbox)).status_code == 401


def test_certificates_are_kept_and_their_absence_is_said(api, sandbox) -> None:
    sandbox.fault("certs", "500-before", provider="firebase", times=9)
    away = bring(api(None), minted(sandbox))
    assert (away.status_code, away.json()["code"]) == (503, "provider-unavailable")
    sandbox.http.delete(f"{sandbox.url}/_faults")
    cache.clear()


def test_the_second_factor_is_asked_for_here_too(api, sandbox, second_factor) -> None:
    bring(api(None), minted(sandbox))
    second_factor(User.objects.get())
    answer = bring(api(None), minted(sandbox))
    assert (answer.status_code, answer.json()["code"]) == (401, "second-factor-required")


def test_without_keys_firebase_is_off_and_providers_say_so(api, settings) -> None:
    off = bring(api(None), "x")
    assert (off.status_code, off.json()["code"]) == (503, "provider-not-configured")
    listed = api(None).get("/api/v1/auth/providers/").json()
    assert listed == {"providers": [], "firebase": False}


def test_with_keys_providers_are_listed(api, sandbox) -> None:
    listed = api(None).get("/api/v1/auth/providers/").json()
    assert [row["id"] for row in listed["providers"]] == ["google", "microsoft", "apple"]
    assert listed["providers"][0]["callback_url"].endswith("/account/google/login/callback/")
    assert listed["firebase"] is True
