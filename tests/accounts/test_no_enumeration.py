"""No door tells whether an address is known: status, headers and body are the same but for what
the visitor typed and what is drawn by lot. Time is held in test_guessing."""

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from tests import cast
from tests.accounts.mailed import newest
from tutorme.core import limits

KNOWN, UNKNOWN = "sam@example.test", "tom@example.test"
V1 = "/api/v1/auth"
# Drawn by lot or by the clock, or the visitor's own.
LOTS = (
    r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}",
    r"\d{4}-\d\d-\d\dT[\d:.]+Z",
    r'(?<=csrfmiddlewaretoken" value=")[^"]+',
    r"(?<=nonce[=-]).?[\w+/=-]{16,}",
)
Door = Callable[[Client, str], object]


def as_json(path: str, **facts: object) -> Door:
    def knock(client: Client, email: str) -> object:
        return client.post(path, {"email": email, **facts}, content_type="application/json")

    return knock


def as_form(path: str, field: str = "email", **facts: str) -> Door:
    def knock(client: Client, email: str) -> object:
        return client.post(path, {field: email, **facts})

    return knock


def then(first: Door, path: str, **facts: str) -> Door:
    """What follows on the next page of the same browser."""

    def knock(client: Client, email: str) -> object:
        first(client, email)
        return client.post(path, facts) if facts else client.get(path)

    return knock


def resend(client: Client, email: str) -> object:
    as_json(f"{V1}/register/", **NINA)(client, email)
    body = {"id": str(newest(email).pk)}
    return client.post(f"{V1}/register/resend/", body, content_type="application/json")


def confirm(client: Client, email: str) -> object:
    as_json(f"{V1}/register/", **NINA)(client, email)
    body = {"id": str(newest(email).pk), "code": "BBBB-BBBB"}
    return client.post(f"{V1}/register/confirm/", body, content_type="application/json")


def move(client: Client, email: str) -> object:
    client.post("/account/login/", {"login": "otto@example.test", "password": cast.PASSWORD})
    return client.post("/settings/security/email/", {"email": email}, follow=True)


NINA = {"password": "three quiet rivers", "display_name": "Nina"}
SIGNUP = as_form("/account/signup/", password1="three quiet rivers", display_name="Nina")
RESET = as_form("/account/reset/")
DOORS: dict[str, Door] = {
    "register": as_json(f"{V1}/register/", **NINA),
    "register, too weak": as_json(f"{V1}/register/", password="short", display_name="Nina"),
    "register, code again": resend,
    "register, wrong code": confirm,
    "token": as_json(f"{V1}/token/", password="wrong wrong wrong"),
    "reset": as_json(f"{V1}/password/reset/"),
    "headless": as_json(f"{V1}/headless/app/v1/auth/login", password="wrong wrong wrong"),
    "page: sign up": SIGNUP,
    "page: type the code": then(SIGNUP, "/account/signup/code/"),
    "page: wrong code": then(SIGNUP, "/account/signup/code/", code="BBBB-BBBB"),
    "page: log in": as_form("/account/login/", "login", password="wrong wrong wrong"),
    "page: reset": RESET,
    "page: reset, next": then(RESET, "/account/reset/code/"),
    "page: reset, wrong code": then(
        RESET, "/account/reset/code/", code="BBBB-BBBB", password="four loud mountains"
    ),
    "page: move the account": move,
}


def seen(answer, email: str) -> tuple[object, ...]:
    """All that reaches the visitor, what is theirs and what is drawn taken out."""

    def plain(text: str) -> str:
        for lot in LOTS:
            text = re.sub(lot, "…", text)
        return text.replace(email, "typed")

    clock = {"X-Request-Id", "Expires"}
    headers = {name: plain(value) for name, value in answer.headers.items() if name not in clock}
    cookies = sorted((name, row["max-age"], row["path"]) for name, row in answer.cookies.items())
    return answer.status_code, headers, cookies, plain(answer.content.decode())


@pytest.mark.django_db
@pytest.mark.parametrize("door", DOORS)
def test_known_and_unknown_look_alike(sam: User, otto: User, door: str) -> None:
    answers = []
    for email in (KNOWN, UNKNOWN):
        limits.client(settings.REDIS_URL).flushdb()  # each is the first to knock
        client = Client(headers={"x-request-id": "0198aaaa-0000-7000-8000-000000000000"})
        answers.append(seen(DOORS[door](client, email), email))
    assert answers[0][0] in {200, 201, 202, 302, 400, 401, 422}
    assert answers[0] == answers[1]


@pytest.mark.django_db
def test_the_control_a_door_that_tells_is_noticed(sam: User) -> None:
    """Whoever has proven an address is told; that difference is seen by the same eyes."""
    body = {"password": cast.PASSWORD}
    door = as_json(f"{V1}/token/", **body)
    assert seen(door(Client(), KNOWN), KNOWN) != seen(door(Client(), UNKNOWN), UNKNOWN)
