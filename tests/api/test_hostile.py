"""Values that have broken programs, in every place where a stranger's value is taken: every
writable field, every parameter of an address, every segment of it. None is our error, and what is
let through is something that can be kept.
"""

import math
import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from rest_framework import serializers

from tests.api import hostile
from tests.house.sources import APPS
from tests.house.test_permissions import NOBODYS
from tests.house.test_registers import api_views
from tutorme.core.api.serializers import StrictSerializer

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
GOLDEN = Path(__file__).parent / "openapi.yaml"
# An answer that does not end.
LEFT_OUT = {"/api/v1/realtime/stream/"}
OURS = (*APPS, "tutorme")


def strict_serializers() -> list[type[StrictSerializer]]:
    """Every one a view could take a body with; the views are loaded first."""
    assert list(api_views())

    def below(cls: type[StrictSerializer]) -> Iterator[type[StrictSerializer]]:
        for sub in cls.__subclasses__():
            yield sub
            yield from below(sub)

    found = {cls for cls in below(StrictSerializer) if cls.__module__.split(".")[0] in OURS}
    return sorted(found, key=lambda cls: f"{cls.__module__}.{cls.__qualname__}")


def keepable(value: Any) -> bool:
    """PostgreSQL would take it, and it can be told again as JSON."""
    if isinstance(value, str):
        return "\x00" not in value and not hostile.has_surrogate(value)
    if isinstance(value, bool) or value is None:
        return True
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, date | datetime):
        return 1 <= value.year <= 9999
    if isinstance(value, dict):
        return all(keepable(part) for pair in value.items() for part in pair)
    if isinstance(value, list | tuple | set):
        return all(keepable(part) for part in value)
    return True


@pytest.mark.parametrize("cls", strict_serializers(), ids=lambda cls: cls.__qualname__)
def test_every_writable_field(cls: type[StrictSerializer]) -> None:
    wrong = []
    fields = {name: field for name, field in cls().fields.items() if not field.read_only}
    for name, field in fields.items():
        for value in hostile.VALUES:
            if isinstance(field, serializers.JSONField) and not keepable(value):
                continue  # such JSON is refused where it is read: tests/core/test_values.py
            try:
                taken = field.run_validation(value)
            except (serializers.ValidationError, serializers.SkipField):
                continue
            if not keepable(taken):
                wrong.append(f"{name} let through {str(value)[:60]!r}")
    assert not wrong


def test_there_are_fields_to_look_at() -> None:
    assert len(strict_serializers()) > 100
    assert len(hostile.VALUES) >= 120


def parameters() -> list[tuple[str, list[str]]]:
    """Each address that is read, with the parameters it says it takes."""
    document = yaml.safe_load(GOLDEN.read_text())
    return [
        (
            path,
            [row["name"] for row in methods["get"].get("parameters", []) if row["in"] == "query"],
        )
        for path, methods in document["paths"].items()
        if "get" in methods and path not in LEFT_OUT
    ]


def in_place(path: str, value: str) -> str:
    return re.sub(r"\{\w+\}", value, path)


@pytest.mark.parametrize("row", parameters(), ids=lambda row: row[0])
def test_every_parameter_of_an_address(api, ada, settings, row) -> None:
    settings.API_LIMITS = dict.fromkeys(settings.API_LIMITS, (10**6, 60))
    path, names = row
    client = api(ada)
    for name in names:
        for value in hostile.IN_ADDRESSES:
            answer = client.get(in_place(path, str(NOBODYS)), {name: value})
            told(answer, f"{path}?{name}={value[:60]!r}")


def test_every_segment_of_an_address(api, ada, settings) -> None:
    settings.API_LIMITS = dict.fromkeys(settings.API_LIMITS, (10**6, 60))
    client = api(ada)
    for path, _names in parameters():
        if "{" in path:
            for value in ("%00", "%ff", "..%2f", "%e2%80%ae", "-1", "9" * 40, "x" * 900, "%27"):
                told(client.get(in_place(path, value)), f"{path} with {value[:20]}")


def told(answer: Any, what: str) -> None:
    """A clear answer: not our error, and not a value that only the database stopped."""
    assert answer.status_code < 500 or refused_for_want_of_keys(answer), f"{what}: {answer.content}"
    if answer.status_code == 400:
        body = answer.json()
        assert body["code"] != "invalid-input" or body["errors"], f"{what} reached the database"


def refused_for_want_of_keys(answer: Any) -> bool:
    return bool(answer.json().get("code") == "provider-not-configured")
