"""Whatever a visitor sends, what is written of it is bounded JSON on one line, without secrets."""

import json
import logging
from typing import Any
from urllib.parse import quote

import pytest
import structlog
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db
LONGEST = 20_000
HOSTILE = {
    "line breaks": 'a\r\n{"event": "forged"}\r\n',
    "ANSI": "\x1b[2J\x1b[31mred\x1b]0;title\x07",
    "breaks of Unicode": "a\u2028b\u2029c\x85d\x0be",
    "a megabyte": "m" * 1_000_000,
}


def only(lines: list[str]) -> dict[str, Any]:
    (line,) = lines
    assert len(line) < LONGEST
    assert line.isascii()
    assert line.isprintable()
    told: dict[str, Any] = json.loads(line)
    return told


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("where", ["/nope/", "/api/v1/nope/"])
def test_a_hostile_path_and_user_agent(log_lines, kind: str, where: str) -> None:
    path = f"{where}{quote(HOSTILE[kind])}/"
    answer = Client().get(path, headers={"User-Agent": HOSTILE[kind]})
    assert answer.status_code == 404
    told = only(log_lines())
    assert (told["level"], told["status_code"]) == ("warning", 404)
    assert told["path"].startswith(where)
    assert told["request_id"] == answer["X-Request-Id"]


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("door", ["page", "api"])
def test_a_hostile_name_at_the_login(log_lines, kind: str, door: str) -> None:
    name, password = f"{HOSTILE[kind]}@example.test", "a-guess-of-somebody"
    headers = {"User-Agent": HOSTILE[kind]}
    if door == "page":
        form = {"login": name, "password": password}
        Client().post("/account/login/", form, headers=headers)
    else:
        body = {"email": name, "password": password}
        Client().post("/api/v1/auth/token/", body, "application/json", headers=headers)
    for line in log_lines():
        only([line])
        assert password not in line


def test_a_hostile_name_that_is_somebodys_own(log_lines, sam: User) -> None:
    """Names in a line are ids; what people call themselves is not written at all."""
    User.objects.filter(pk=sam.pk).update(display_name=HOSTILE["ANSI"])
    given = {"email": sam.email, "password": "a-guess-of-somebody"}
    Client().post("/api/v1/auth/token/", given, "application/json")
    failed, refused = (only([line]) for line in log_lines())
    assert (failed["event"], failed["user_id"]) == ("security.sign_in_failed", str(sam.pk))
    assert (refused["path"], refused["status_code"]) == ("/api/v1/auth/token/", 401)


def test_a_query_is_not_written(log_lines) -> None:
    """Mailed links carry what opens an account."""
    Client().get("/nope/?key=mailed-canary&token=other-canary")
    assert "canary" not in json.dumps(only(log_lines()))


def test_nor_is_it_with_a_crash(log_lines) -> None:
    """As Django reports it: with the request beside the message."""
    request = Client().get("/?key=mailed-canary").wsgi_request
    logging.getLogger("django.request").error("crashed", extra={"request": request})
    assert only(log_lines())["path"] == "/"


def test_what_is_no_text_is_cut_and_masked_too(log_lines) -> None:
    structlog.get_logger("test").info("told", error=ValueError("password=canary " + "v" * 99_999))
    told = only(log_lines())
    assert told["error"].startswith("ValueError('password=[redacted]")


def deep(levels: int) -> None:
    if levels:
        return deep(levels - 1) if levels % 2 else middle(levels - 1)
    raise RuntimeError("what went wrong")


def middle(levels: int) -> None:
    deep(levels)


def test_a_long_trace_keeps_its_beginning_and_its_end(log_lines) -> None:
    try:
        deep(80)
    except RuntimeError:
        structlog.get_logger("tests").exception("broke")
    told = only(log_lines())["exception"]
    assert told.startswith("Traceback")
    assert told.endswith("RuntimeError: what went wrong")
    assert len(told) <= 4002


def test_half_a_token_is_not_kept_of_what_is_cut(log_lines) -> None:
    token = f"password={'s' * 5000}"
    structlog.get_logger("tests").warning("long", told=f"{'x' * 3000}\n{token}\nthe end")
    line = only(log_lines())["told"]
    assert line.endswith("\nthe end")
    assert "sss" not in line
