"""`check --deploy` refuses what must never reach production, each by its own number."""

from typing import Any

import pytest
from django.db import connection

from tutorme.core import checks

pytestmark = pytest.mark.django_db
SOUND: dict[str, Any] = {
    "SANDBOX_URL": "",
    "DEBUG": False,
    "PUBLIC_BASE_URL": "https://learn.example",
    "SECRET_KEY": "q7-" + "sEcReT-of-the-suite" * 4,
    "SIMPLE_JWT": {"SIGNING_KEY": "q8-" + "jWt-of-the-suite" * 4},
    "FIELD_ENCRYPTION_KEYS": ["k1:bmV3LWtleS1uZXcta2V5LW5ldy1rZXktbmV3LWtleS0="],
    "CERTIFICATE_KEYS": ["k1:" + "cErTs-of-the-suite" * 4],
    "PAYPAL": {
        "base_url": "https://api-m.paypal.com",
        "client_id": "ours",
        "client_secret": "ours-too",
        "webhook_id": "WH-1",
    },
}


def found() -> list[str]:
    return [str(error.id) for error in checks.production()]


@pytest.fixture
def sound(settings) -> Any:
    for name, value in SOUND.items():
        setattr(settings, name, value)
    return settings


def test_a_sound_production_passes(sound) -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("SANDBOX_URL", "http://127.0.0.1:8025", "core.E001"),
        ("DEBUG", True, "core.E002"),
        ("PUBLIC_BASE_URL", "http://learn.example", "core.E003"),
        ("SECRET_KEY", "short", "core.E004"),
        ("SIMPLE_JWT", {"SIGNING_KEY": SOUND["SECRET_KEY"] + "-tokens"}, "core.E005"),
        ("FIELD_ENCRYPTION_KEYS", ["development:x"], "core.E006"),
        ("PAYPAL", {**SOUND["PAYPAL"], "base_url": "http://api"}, "core.E007"),
        ("CERTIFICATE_KEYS", ["development:x"], "core.E008"),
        ("PAYPAL", {**SOUND["PAYPAL"], "webhook_id": ""}, "core.E009"),
        ("CACHES", {"default": {"BACKEND": "x.locmem.LocMemCache"}}, "core.E010"),
    ],
)
def test_each_hole_is_named(sound, monkeypatch, name: str, value: Any, code: str) -> None:
    # The cache is only looked at here; nobody opens one.
    setattr(sound, name, value)
    assert found() == [code]


def test_a_database_that_may_lose_what_it_acknowledged(sound) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
    assert found() == ["core.E011"]


def test_packages_with_known_holes(sound, monkeypatch) -> None:
    monkeypatch.setitem(checks._OLDEST, "django", (99, 0, 0))
    assert found() == ["core.E012"]
