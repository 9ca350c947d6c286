"""What an attacker sends to the doors, and what it gets: threats that have no better home.
Which test holds which threat stands in docs/threats.md."""

import threading
import time
from datetime import timedelta
from typing import Any

import jwt
import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.hashers import Argon2PasswordHasher, MD5PasswordHasher
from django.contrib.auth.models import Permission
from django.core.checks import run_checks
from django.db.models import F
from django.db.models.functions import Now
from django.test import Client, RequestFactory
from django.urls import get_resolver
from django.utils import timezone

from accounts import hashers, tokens
from accounts.models import AuthSession, MailedCode, User
from accounts.services import sessions
from tests import cast
from tests.accounts.mailed import REGISTER
from tests.accounts.test_tokens import ME, REFRESH, bearer, forged
from tests.races.parallel import together
from tutorme.core.errors import Unavailable
from tutorme.core.models import OutboxEvent

RESET, TOKEN = "/api/v1/auth/password/reset/", "/api/v1/auth/token/"
NINA = {"email": "nina@example.test", "password": "three quiet rivers", "display_name": "Nina"}


class Counting(MD5PasswordHasher):
    algorithm = "counting"
    hashed = 0

    def encode(self, password: str, salt: str) -> str:
        Counting.hashed += 1
        return super().encode(password, salt)


# Passwords -----------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    "password",
    ["password123", "iloveyou12", "TutorMe2026", "tutorme!!!", "nina.rivers", "x" * 129],
)
def test_passwords_that_guessers_try_first(api, password: str) -> None:
    body = {**NINA, "username": "nina.rivers", "password": password}
    answer = api(None).post(REGISTER, body, format="json")
    assert answer.status_code == 400, password
    assert {row["pointer"] for row in answer.json()["errors"]} == {"/password"}
    assert not MailedCode.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "password",
    ["six words and a full stop. " * 4, "pässwörter sind längst 長い", "   lead and trail "],
)
def test_long_words_and_spaces_are_fine(api, password: str) -> None:
    answer = api(None).post(REGISTER, {**NINA, "password": password}, format="json")
    assert answer.status_code == 201, answer.content


@pytest.mark.django_db
@pytest.mark.parametrize("path", [REGISTER, TOKEN, "/account/login/", "/account/signup/"])
def test_a_megabyte_is_refused_before_it_is_hashed(api, settings, path: str) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    Counting.hashed, big = 0, "x" * 1_000_000
    body = {**NINA, "login": NINA["email"], "password": big, "password1": big}
    if path.startswith("/api/"):
        kept = ("email", "password") if path == TOKEN else tuple(NINA)
        answer = api(None).post(path, {name: body[name] for name in kept}, format="json")
        assert answer.status_code in {400, 413}
    else:
        assert Client().post(path, body).status_code in {200, 400, 413, 422}
    assert Counting.hashed == 0


class Slow(MD5PasswordHasher):
    """How many are looked at together."""

    now = most = 0
    lock = threading.Lock()

    def verify(self, password: str, encoded: str) -> bool:
        with Slow.lock:
            Slow.now += 1
            Slow.most = max(Slow.most, Slow.now)
        time.sleep(0.02)
        with Slow.lock:
            Slow.now -= 1
        return True


class Capped(hashers.CappedArgon2PasswordHasher, Slow):
    """Our place in the line, before the slow hasher's work."""

    def verify(self, password: str, encoded: str) -> bool:
        with hashers.a_place():
            return Slow.verify(self, password, encoded)


def crowd(hasher: Any) -> int:
    Slow.now = Slow.most = 0
    together([lambda: hasher.verify("x", "y")] * 24)
    return Slow.most


@pytest.mark.django_db(transaction=True)
def test_a_crowd_at_the_door_hashes_few_at_once_and_the_control_does_not() -> None:
    assert crowd(Capped()) <= hashers.AT_ONCE
    assert crowd(Slow()) > hashers.AT_ONCE


def test_production_hashes_with_the_cap_and_reads_older_rows(monkeypatch) -> None:
    ours, plain = hashers.CappedArgon2PasswordHasher(), Argon2PasswordHasher()
    assert ours.verify(cast.PASSWORD, plain.encode(cast.PASSWORD, "saltsalt"))
    monkeypatch.setattr(hashers, "PATIENCE_S", 0.01)
    taken = [hashers._places.acquire() for _ in range(hashers.AT_ONCE)]
    try:
        with pytest.raises(Unavailable):
            ours.verify(cast.PASSWORD, "argon2$x")
    finally:
        for _ in taken:
            hashers._places.release()


# Addresses -----------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    "typed",
    [
        "\u017fam@example.test",
        "sam@example.te\u017ft",
        "sa\uff4d@example.test",
        "sam@ex\u0430mple.test",
    ],
)
def test_an_address_that_folds_to_sams_gets_nothing_of_sams(
    api, sam: User, sandbox, drain, typed: str
) -> None:
    answer = api(None).post(RESET, {"email": typed}, format="json")
    assert answer.status_code in {202, 400}
    assert not MailedCode.objects.filter(user=sam).exists()
    drain()
    assert sandbox.mails(sam.email) == []
    # The control: written otherwise it is Sam's, and mail goes to the stored form.
    api(None).post(RESET, {"email": " SAM@Example.Test"}, format="json")
    drain()
    assert [mail["to"] for mail in sandbox.mails()] == [[sam.email]]


@pytest.mark.django_db
def test_the_people_of_the_demo_keep_production_from_starting(sam: User) -> None:
    def found() -> set[str]:
        return {str(each.id) for each in run_checks(include_deployment_checks=True)}

    assert "accounts.E001" not in found()
    User.objects.filter(pk=sam.pk).update(email="sam@tutorme.test")
    assert "accounts.E001" in found()


# Tokens --------------------------------------------------------------------------------------


def with_header(sam: User, **header: Any) -> str:
    """A token that would hold, but for what its header says."""
    key = settings.SIMPLE_JWT["SIGNING_KEY"]
    claims = jwt.decode(forged(sam, key), options={"verify_signature": False})
    algorithm = str(header.pop("alg", "HS256"))
    return jwt.encode(claims, "" if algorithm == "none" else key, algorithm, headers=header)


@pytest.mark.django_db
@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_a_tokens_header_decides_nothing(api, sam: User) -> None:
    tokens.open_session(sam)
    for alg in ("none", "HS384", "HS512"):
        assert bearer(api(None), with_header(sam, alg=alg)).status_code == 401, alg
    ours, theirs = settings.SIMPLE_JWT["SIGNING_KEY"], "k" * 40
    tempting: list[dict[str, Any]] = [
        {"kid": "../../../../dev/null"},
        {"kid": "' OR 1=1--"},
        {"jku": "https://evil.test/keys"},
        {"x5u": "https://evil.test/cert"},
        {"jwk": {"kty": "oct", "k": "a2tra2tra2tra2tra2tra2tra2tra2tra2s"}},
    ]
    for header in tempting:
        claims = jwt.decode(forged(sam, ours), options={"verify_signature": False})
        with_theirs = jwt.encode(claims, theirs, "HS256", headers=header)
        assert bearer(api(None), with_theirs).status_code == 401, header
    assert bearer(api(None), with_header(sam)).status_code == 200


@pytest.mark.django_db
def test_a_token_for_something_else_is_no_token(api, sam: User) -> None:
    pair = tokens.open_session(sam)
    key = settings.SIMPLE_JWT["SIGNING_KEY"]
    twilio = jwt.encode(
        {
            "iss": "SK123",
            "sub": "AC123",
            "exp": time.time() + 60,
            "grants": {"identity": str(sam.pk)},
        },
        "t" * 40,
        headers={"cty": "twilio-fpa;v=1"},
    )
    pusher = f"app-key:{'0' * 64}"
    for foreign in (pair.refresh, twilio, pusher, forged(sam, key, token_type="refresh")):
        assert bearer(api(None), foreign).status_code == 401, foreign[:30]
    for foreign in (pair.access, twilio, pusher):
        answer = api(None).post(REFRESH, {"refresh": foreign}, format="json")
        assert (answer.status_code, answer.json()["code"]) == (401, "token-invalid")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "claims",
    [
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": 10**18},
        {"exp": [1]},
        {"iat": 4102444800},
        {"nbf": 4102444800},
        {"sub": None},
        {"sub": []},
        {"sub": {"$ne": None}},
        {"sub": "\x00"},
        {"sub": "0198aaaa-0000-7000-8000-00000000dead"},
        {"sid": "0198aaaa-0000-7000-8000-00000000dead"},
        {"sid": {"a": 1}},
        {"ver": None},
        {"ver": []},
        {"ver": "1; DROP TABLE"},
        {"jti": None},
        {"jti": "\x00"},
        {"aud": []},
        {"aud": {"a": 1}},
        {"iss": None},
    ],
    ids=str,
)
def test_strange_claims_are_401_and_never_500(api, sam: User, claims) -> None:
    tokens.open_session(sam)
    key = settings.SIMPLE_JWT["SIGNING_KEY"]
    whole = jwt.decode(forged(sam, key), options={"verify_signature": False})
    token = jwt.encode(
        {name: value for name, value in {**whole, **claims}.items() if value is not None}, key
    )
    assert bearer(api(None), token).status_code == 401
    assert bearer(api(None), forged(sam, key)).status_code == 200


@pytest.mark.django_db
def test_clocks_may_differ_by_half_a_minute(api, sam: User) -> None:
    tokens.open_session(sam)
    key, now = settings.SIMPLE_JWT["SIGNING_KEY"], timezone.now()
    for seconds, status in ((20, 200), (300, 401)):
        late = forged(sam, key, exp=now - timedelta(seconds=seconds))
        early = forged(sam, key, nbf=now + timedelta(seconds=seconds))
        assert bearer(api(None), late).status_code == status
        assert bearer(api(None), early).status_code == status


@pytest.mark.django_db
def test_refreshing_slides_and_never_past_the_absolute_end(api, sam: User) -> None:
    pair = tokens.open_session(sam)
    AuthSession.objects.update(absolute_expires_at=Now() + timedelta(days=1))
    pair = tokens.refresh(pair.refresh)
    row = AuthSession.objects.get()
    assert row.expires_at == row.absolute_expires_at
    AuthSession.objects.update(expires_at=Now() - timedelta(seconds=1))
    idle = api(None).post(REFRESH, {"refresh": pair.refresh}, format="json")
    assert (idle.status_code, idle.json()["code"]) == (401, "token-invalid")


@pytest.mark.django_db
def test_a_busy_browser_signs_in_again_after_a_month(sam: User) -> None:
    client = Client()
    client.post("/account/login/", {"login": sam.email, "password": cast.PASSWORD})
    kept = client.session
    assert kept[sessions.ENDS] - time.time() == pytest.approx(30 * 86400, abs=60)
    assert client.get("/settings/profile/").status_code == 200
    kept[sessions.ENDS] = int(time.time()) - 1
    kept.save()
    assert client.get(ME).status_code == 401
    assert client.get("/settings/profile/")["Location"].startswith("/account/login/")
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db
def test_what_a_client_says_about_itself_is_not_believed(api, sam: User, ada: User) -> None:
    lies = {"user": {"is_staff": True}, "sid": "x", "is_staff": True, "token_version": 99}
    for field, value in lies.items():
        body = {"email": sam.email, "password": cast.PASSWORD, field: value}
        answer = api(None).post(TOKEN, body, format="json")
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, f"/{field}")
    headers = {"x-user-id": str(ada.pk), "x-forwarded-user": ada.email, "remote-user": ada.email}
    assert Client(headers=headers).get(ME).status_code == 401
    made_up = Client()
    made_up.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
    assert made_up.get(ME).status_code == 401


def test_nobody_can_act_as_somebody_else() -> None:
    """There is no impersonation: no address and no session key for it."""
    words = ("login-as", "login_as", "impersonat", "hijack", "su/")
    addresses = [str(key) for key in get_resolver().reverse_dict]
    assert [name for name in addresses if any(word in name for word in words)] == []


# The admin -----------------------------------------------------------------------------------


@pytest.fixture
def onlooker(db: None) -> User:
    """Staff who may look at everything and change nothing."""
    user = cast.person("Lena", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    return user


@pytest.mark.django_db
def test_who_may_only_look_is_offered_no_action_anywhere(onlooker: User, ada: User) -> None:
    def offered(user: User) -> dict[str, list[str]]:
        request = RequestFactory().get("/admin/")
        request.user = user
        found = {
            model._meta.label: sorted(desk.get_actions(request))
            for model, desk in admin.site._registry.items()
            if desk.has_view_permission(request)
        }
        return {label: names for label, names in found.items() if names}

    assert offered(onlooker) == {}
    assert len(offered(ada)) >= 20


@pytest.mark.django_db
def test_nor_can_they_post_one(onlooker: User, ada: User, sam: User) -> None:
    body = {
        "action": "sign_out_everywhere",
        "_selected_action": [str(sam.pk)],
        "index": "0",
        "asked": "1",
        "counted": "1",
    }
    before = sam.token_version
    for user, risen in ((onlooker, 0), (ada, 1)):
        client = Client()
        client.force_login(user)
        client.post("/admin/accounts/user/", body)
        sam.refresh_from_db()
        assert sam.token_version - before == risen, user
    client = Client()
    client.force_login(onlooker)
    assert client.get("/admin/accounts/user/add/").status_code == 403
    assert client.post(f"/admin/accounts/user/{sam.pk}/delete/").status_code == 403
    assert client.get("/admin/accounts/user/").status_code == 200


@pytest.mark.django_db
def test_nothing_is_recorded_twice_of_a_reused_token(api, sam: User) -> None:
    """Eight thieves replay one old token at once: one ends the family, the owner is told once."""
    stolen = tokens.open_session(sam)
    tokens.refresh(stolen.refresh)
    AuthSession.objects.update(rotated_at=F("rotated_at") - timedelta(minutes=1))
    for _ in range(3):
        api(None).post(REFRESH, {"refresh": stolen.refresh}, format="json")
    assert OutboxEvent.objects.filter(name="user.security_changed").count() == 1
