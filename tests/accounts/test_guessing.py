"""A thousand guesses at all doors together; and answers that take as long for anybody."""

import statistics
import time
from itertools import count, cycle

import pytest
from django.contrib.auth.hashers import get_hasher
from django.test import Client

from accounts import backends, tokens
from accounts.models import User
from accounts.services.sign_in import PER_ACCOUNT
from tests import cast
from tests.races.parallel import together

TOKEN, JSON = "/api/v1/auth/token/", "application/json"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_a_thousand_guesses_over_all_doors_five_are_looked_at(
    api, sam, monkeypatch, settings
) -> None:
    """Every guess from an address of its own, so that nothing but the account's count is in the
    way; two of the doors are inside, for whoever found a token or a cookie."""
    settings.TRUSTED_PROXY_COUNT = 1
    numbers = count(1)
    looked: list[str] = []
    real = backends.EmailBackend.authenticate

    def counting(self, request, **given):
        looked.append(str(given.get("email")))
        return real(self, request, **given)

    monkeypatch.setattr(backends.EmailBackend, "authenticate", counting)
    wrong = "wrong wrong wrong"

    found = Client()
    found.force_login(sam)
    cookie = found.cookies[settings.SESSION_COOKIE_NAME].value
    bearer = f"Bearer {tokens.open_session(sam).access}"

    def somebody(**headers: str) -> Client:
        number = next(numbers)
        address = f"203.0.{number // 250}.{number % 250}"
        return Client(headers={"x-forwarded-for": address, **headers})

    def by_token() -> object:
        return somebody().post(
            TOKEN, {"email": " SAM@example.test", "password": wrong}, content_type=JSON
        )

    def by_page() -> object:
        return somebody().post("/account/login/", {"login": sam.email, "password": wrong})

    def by_headless() -> object:
        path = "/api/v1/auth/headless/app/v1/auth/login"
        return somebody().post(path, {"email": sam.email, "password": wrong}, content_type=JSON)

    def by_admin() -> object:
        body = {"username": sam.email, "password": wrong, "login": sam.email}
        return somebody().post("/admin/login/", body)

    def by_confirming() -> object:
        path = "/api/v1/auth/reauthenticate/"
        return somebody(authorization=bearer).post(path, {"password": wrong}, content_type=JSON)

    def by_the_confirming_page() -> object:
        client = somebody()
        client.cookies[settings.SESSION_COOKIE_NAME] = cookie
        return client.post("/account/confirm/", {"password": wrong})

    doors = cycle([by_token, by_page, by_headless, by_admin, by_confirming, by_the_confirming_page])
    answers = [answer for _ in range(25) for answer in together([next(doors) for _ in range(40)])]
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert len(looked) == PER_ACCOUNT.count
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) > 600
    assert all(int(answer["Retry-After"]) > 0 for answer in refused)


@pytest.mark.django_db
def test_one_place_asks_django_whether_a_password_fits() -> None:
    from tests.house.sources import name_of, python

    callers = {
        name_of(path)
        for path in python()
        if "authenticate(" in path.read_text()
        and "from django.contrib.auth import authenticate" in path.read_text()
    }
    assert callers == set()


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("door", ["register", "reset", "sign in"])
def test_known_and_unknown_addresses_take_as_long(api, sam, settings, door, monkeypatch) -> None:
    """Interleaved, with the hash production uses; the work is the same, so the medians meet."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    monkeypatch.setattr(type(get_hasher("pbkdf2_sha256")), "iterations", 20_000)
    monkeypatch.setattr("accounts.services.codes.count_request", lambda **_: None)
    monkeypatch.setattr("accounts.services.sign_in.reserve_try", lambda *_: True)
    settings.API_LIMITS = dict.fromkeys(settings.API_LIMITS, (100000, 60))
    sam.set_password(cast.PASSWORD)
    sam.save()
    bodies = {
        "register": ("/api/v1/auth/register/", {"password": "a b c d e f", "display_name": "N"}),
        "reset": ("/api/v1/auth/password/reset/", {}),
        "sign in": (TOKEN, {"password": "wrong wrong wrong"}),
    }
    path, body = bodies[door]
    client = api(None)
    known: list[float] = []
    unknown: list[float] = []
    for number in range(60):
        for email, taken in ((sam.email, known), (f"nobody{number}@example.test", unknown)):
            began = time.perf_counter()
            client.post(path, {**body, "email": email}, format="json")
            taken.append((time.perf_counter() - began) * 1000)
    difference = abs(statistics.median(known) - statistics.median(unknown))
    assert difference < max(5.0, 0.15 * statistics.median(known)), (door, difference)


@pytest.mark.django_db
def test_a_suspended_person_learns_no_more_by_any_door(api, sam: User) -> None:
    User.objects.filter(pk=sam.pk).update(is_active=False)
    page = Client().post("/account/login/", {"login": sam.email, "password": cast.PASSWORD})
    wrong = Client().post("/account/login/", {"login": sam.email, "password": "wrong wrong"})
    strip = r"csrf|nonce"
    assert page.status_code == wrong.status_code
    assert len(page.content) == len(wrong.content), strip
