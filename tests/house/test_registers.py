"""What is declared in two places agrees: enums and checks, errors and pages, views and access."""

from collections import Counter
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

from tests.house.sources import APPS
from tutorme.core import jobs, outbox
from tutorme.core.access import Grant
from tutorme.core.api.views import ApiView
from tutorme.core.errors import all_errors
from tutorme.core.events import Event

OUR_LABELS = {*APPS, "core"}
OUR_MODELS = [model for model in apps.get_models() if model._meta.app_label in OUR_LABELS]


def enum_fields() -> list[tuple[type[models.Model], models.Field]]:
    """Columns with few possible words; languages and the like are data, not states."""
    return [
        (model, field)
        for model in OUR_MODELS
        for field in model._meta.local_fields
        if field.choices and isinstance(field, models.CharField)
    ]


def checks_of(model: type[models.Model]) -> list[dict[str, Any]]:
    """Each check constraint's plain comparisons, by lookup."""
    checks = (c for c in model._meta.constraints if isinstance(c, models.CheckConstraint))
    conditions = (check.condition for check in checks)
    return [
        dict(part for part in condition.children if isinstance(part, tuple))
        for condition in conditions
        if isinstance(condition, models.Q)
    ]


@pytest.mark.parametrize("row", enum_fields(), ids=lambda row: f"{row[0].__name__}.{row[1].name}")
def test_every_enum_is_held_by_the_database(row) -> None:
    model, field = row
    column = f"{field.name}__in"
    allowed = [set(words[column]) for words in checks_of(model) if column in words]
    assert allowed == [{value for value, _label in field.flatchoices}]


def test_error_codes_are_unique_and_explained() -> None:
    codes = Counter(error.code for error in all_errors())
    assert [code for code, count in codes.items() if count > 1] == []
    for error in all_errors():
        assert str(error.explanation).endswith((".", "?")), error.code
        assert 400 <= error.status < 600


def test_event_names_are_unique_and_in_the_past_tense() -> None:
    names = [event.name for event in Event.__subclasses__() if "tests" not in event.__module__]
    assert len(names) == len(set(names))
    assert all(name.count(".") == 1 for name in names)


def test_handlers_and_jobs_live_where_they_are_looked_for() -> None:
    for subscription in outbox.subscriptions():
        module = subscription.handler.__module__
        assert module.endswith(".handlers") or module.startswith("tests."), subscription.name
    for kind in jobs.kinds().values():
        module = kind.function.__module__
        assert module.endswith(".tasks") or module.startswith("tests."), kind.name


def api_views() -> list[tuple[str, Any, dict[str, str]]]:
    """Every API route: its path, its class, and the action behind each method it answers."""
    found = []

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> None:
        for pattern in patterns:
            path = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, path)
            elif cls := getattr(pattern.callback, "cls", None):
                actions = getattr(pattern.callback, "actions", None)
                found.append((path, cls, actions or _methods(cls)))

    walk(get_resolver().url_patterns, "/")
    return [row for row in found if row[0].startswith("/api/v1/")]


def _methods(cls: type) -> dict[str, str]:
    names = ("get", "post", "put", "patch", "delete")
    return {name: name for name in names if hasattr(cls, name)}


@pytest.mark.parametrize("row", api_views(), ids=lambda row: row[0])
def test_every_action_declares_who_may_call_it(row) -> None:
    path, cls, actions = row
    assert issubclass(cls, ApiView), path
    for action in actions.values():
        assert isinstance(cls.access.get(action), Grant), (path, action)
    assert set(cls.access) >= set(actions.values())
