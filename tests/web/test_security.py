"""What every answer says to the browser, and what production refuses to start with."""

import os
import subprocess
import sys

import pytest

from accounts.models import User
from tests.house.sources import ROOT

pytestmark = pytest.mark.django_db
SOUND = {
    "DJANGO_SETTINGS_MODULE": "tutorme.settings.production",
    "SECRET_KEY": "q7-" + "sEcReT-of-the-suite" * 4,
    "JWT_SIGNING_KEY": "q8-" + "jWt-of-the-suite" * 4,
    "FIELD_ENCRYPTION_KEYS": "k1:bmV3LWtleS1uZXcta2V5LW5ldy1rZXktbmV3LWtleS0=",
    "CERTIFICATE_KEYS": "k1:" + "cErTs-of-the-suite" * 4,
    "STUN_URLS": "stun:turn.learn.example",
    "TURN_URLS": "turns:turn.learn.example",
    "TURN_SECRET": "tUrN-of-the-suite" * 3,
    "PUBLIC_BASE_URL": "https://learn.example",
    "ALLOWED_HOSTS": "learn.example",
    "SANDBOX_URL": "",
    "PAYPAL_BASE_URL": "",
    "DEBUG": "0",
}


@pytest.mark.parametrize("path", ["/", "/account/login/", "/nope/", "/api/v1/courses/"])
def test_every_answer_is_guarded(client, path: str) -> None:
    answer = client.get(path)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] in {"same-origin", "strict-origin-when-cross-origin"}
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["X-Request-Id"]


def test_the_session_cookie_is_out_of_scripts_reach(client, sam: User) -> None:
    client.post("/account/login/", {"login": sam.email, "password": "correct horse battery"})
    cookie = client.cookies["sid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_a_request_id_is_echoed_and_a_hostile_one_replaced(client) -> None:
    given = "0198aaaa-0000-7000-8000-000000000000"
    assert client.get("/", headers={"x-request-id": given})["X-Request-Id"] == given
    hostile = client.get("/", headers={"x-request-id": "<script>" * 40})["X-Request-Id"]
    assert "<" not in hostile


# Who is in the database of whoever runs the tests is not asked here.
NOBODYS_DATABASE = "postgres://nobody@127.0.0.1:1/nothing"


def sound(**changes: str) -> dict[str, str]:
    env = {**os.environ, **SOUND, "DATABASE_URL": NOBODYS_DATABASE, **changes}
    env.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)
    return env


def deploy_check(**changes: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    env = sound(**changes)
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def test_a_sound_production_passes_the_deploy_check() -> None:
    done = deploy_check()
    assert done.returncode == 0, done.stderr


def test_the_stand_ins_do_not_reach_production() -> None:
    done = deploy_check(SANDBOX_URL="http://127.0.0.1:8025")
    assert done.returncode != 0
    assert "core.E001" in done.stderr
