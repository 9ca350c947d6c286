"""API tokens: rotation, reuse, races, hostile strings, and what ends them."""

import json
import threading
from base64 import urlsafe_b64encode
from datetime import timedelta
from functools import partial

import jwt
import pytest
from django.conf import settings
from django.db.models.functions import Now
from django.utils import timezone

from accounts import tokens
from accounts.errors import RefreshInProgress, TokenInvalid
from accounts.models import AuthSession, User
from accounts.services import users
from tests import cast
from tests.races.parallel import together
from tutorme.core.ids import uuid7
from tutorme.core.models import AuditEntry, OutboxEvent

TOKEN, REFRESH = "/api/v1/auth/token/", "/api/v1/auth/token/refresh/"
ME = "/api/v1/me/profile/"


def bearer(client, token: str):
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client.get(ME)


@pytest.mark.django_db
def test_a_pair_opens_the_door_and_rotates(api, sam: User) -> None:
    credentials = {"email": "SAM@example.test", "password": cast.PASSWORD}
    first = api(None).post(TOKEN, credentials, format="json").json()
    assert bearer(api(None), first["access"]).json()["username"] == "sam"
    second = api(None).post(REFRESH, {"refresh": first["refresh"]}, format="json").json()
    assert second["refresh"] != first["refresh"]
    assert bearer(api(None), second["access"]).status_code == 200
    assert AuthSession.objects.count() == 1


@pytest.mark.django_db
def test_a_replayed_refresh_token_ends_the_sign_in(api, sam: User) -> None:
    stolen = tokens.open_session(sam)
    current = tokens.refresh(stolen.refresh)
    AuthSession.objects.update(rotated_at=Now() - timedelta(minutes=1))
    replay = api(None).post(REFRESH, {"refresh": stolen.refresh}, format="json")
    assert (replay.status_code, replay.json()["code"]) == (401, "refresh-reused")
    assert AuditEntry.objects.get().action == "security.session-reused"
    told = OutboxEvent.objects.get(name="user.security_changed")
    assert told.payload["change"] == "session-reused"
    with pytest.raises(TokenInvalid):
        tokens.refresh(current.refresh)
    assert bearer(api(None), current.access).status_code == 401


@pytest.mark.django_db
def test_two_tabs_within_seconds_are_not_a_theft(sam: User) -> None:
    pair = tokens.open_session(sam)
    tokens.refresh(pair.refresh)
    with pytest.raises(RefreshInProgress):
        tokens.refresh(pair.refresh)
    assert AuthSession.objects.get().revoked_at is None


@pytest.mark.django_db(transaction=True)
def test_of_eight_parallel_refreshes_one_wins_every_time(sam: User) -> None:
    for _ in range(20):
        pair = tokens.open_session(sam)
        results = together([partial(tokens.refresh, pair.refresh)] * 8)
        winners = [result for result in results if isinstance(result, tokens.Pair)]
        losers = [result for result in results if isinstance(result, RefreshInProgress)]
        assert (len(winners), len(losers)) == (1, 7)


@pytest.mark.django_db(transaction=True)
def test_control_reading_then_writing_lets_several_win(sam: User) -> None:
    """Everybody has read before anybody writes: the order a plain read cannot exclude."""
    read = threading.Barrier(8)

    def naive(session_id, jti) -> bool:
        session = AuthSession.objects.get(pk=session_id)
        read.wait(timeout=60)
        if session.current_jti != jti:
            return False
        session.current_jti = uuid7()
        session.save(update_fields=["current_jti"])
        return True

    tokens.open_session(sam)
    row = AuthSession.objects.get()
    assert together([partial(naive, row.pk, row.current_jti)] * 8) == [True] * 8


def forged(sam: User, key: str, **changes: object) -> str:
    now = timezone.now()
    claims = {
        "token_type": "access",
        "exp": now + timedelta(minutes=5),
        "iat": now,
        "iss": settings.SIMPLE_JWT["ISSUER"],
        "aud": settings.SIMPLE_JWT["AUDIENCE"],
        "sub": str(sam.pk),
        "sid": str(AuthSession.objects.get().pk),
        "ver": sam.token_version,
        "jti": "0198aaaa-0000-7000-8000-000000000000",
        **changes,
    }
    return jwt.encode(claims, key, "HS256")


@pytest.mark.django_db
def test_only_our_own_living_access_tokens_count(api, sam: User) -> None:
    pair = tokens.open_session(sam)
    key = settings.SIMPLE_JWT["SIGNING_KEY"]
    none = urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    payload = pair.access.split(".")[1]
    hostile = [
        "x",
        "a.b.c",
        "é" * 30,
        "." * 5000,
        f"{none}.{payload}.",
        pair.refresh,
        forged(sam, "another key, long enough for sha 256"),
        forged(sam, key, exp=timezone.now() - timedelta(hours=1)),
        forged(sam, key, exp=10**20),
        forged(sam, key, aud="someone-else"),
        forged(sam, key, iss="someone-else"),
        forged(sam, key, sub="1"),
        forged(sam, key, sid=[1]),
        forged(sam, key, ver="many"),
        forged(sam, key, ver=10**30),
        forged(sam, key, jti=json.dumps({"$ne": 1})),
    ]
    for token in hostile:
        answer = api(None)
        answer.credentials(HTTP_AUTHORIZATION=f"Bearer {token}".encode().decode("latin-1"))
        refused = answer.get(ME)
        assert (refused.status_code, refused.json()["status"]) == (401, 401), token[:60]
    # The control: the same forger with the right facts is let in.
    assert bearer(api(None), forged(sam, key)).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("ending", ["everywhere", "suspended", "revoked", "password"])
def test_what_ends_a_sign_in_ends_its_tokens_at_once(api, sam: User, ada: User, ending) -> None:
    pair = tokens.open_session(sam)
    if ending == "everywhere":
        users.sign_out_everywhere(user=sam, because="test")
    elif ending == "suspended":
        users.set_active(user=sam, active=False, actor_id=ada.pk, reason="spam")
    elif ending == "revoked":
        tokens.revoke(pair.refresh)
    else:
        users.change_password(user=sam, password="four loud mountains")
    assert bearer(api(None), pair.access).status_code == 401
    answer = api(None).post(REFRESH, {"refresh": pair.refresh}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (401, "token-invalid")


@pytest.mark.django_db
def test_a_session_does_not_outlive_its_absolute_end(sam: User) -> None:
    pair = tokens.open_session(sam)
    AuthSession.objects.update(absolute_expires_at=Now() - timedelta(seconds=1))
    with pytest.raises(TokenInvalid):
        tokens.user_of(tokens.read_access(pair.access))


@pytest.mark.django_db
def test_a_bad_bearer_never_falls_back_to_the_cookie(client, sam: User) -> None:
    client.force_login(sam)
    assert client.get(ME).status_code == 200
    assert client.get(ME, headers={"authorization": "Bearer nonsense"}).status_code == 401
    assert client.get(ME, headers={"authorization": "Basic c2FtOg=="}).status_code == 401


@pytest.mark.django_db
def test_an_app_lists_and_ends_its_devices(api, sam: User, otto: User) -> None:
    client = api(sam)
    other = tokens.open_session(sam, user_agent="Old phone", address="192.0.2.7")
    foreign = tokens.open_session(otto)
    listed = client.get("/api/v1/me/sessions/").json()
    assert [(row["user_agent"], row["current"]) for row in listed] == [
        ("Old phone", False),
        ("", True),
    ]
    assert client.delete(f"/api/v1/me/sessions/{listed[0]['id']}/").status_code == 204
    assert bearer(api(None), other.access).status_code == 401
    foreign_id = tokens.read_access(foreign.access).session_id
    assert client.delete(f"/api/v1/me/sessions/{foreign_id}/").status_code == 404
    assert tokens.refresh(foreign.refresh)
