"""Statements that are written once: never with anything of the call before in them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.db.models import F, Prefetch, QuerySet, Value
from django.db.models.functions import Lower
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuthSession, User
from courses.models import Course
from tests.cast import person
from tutorme.core.lookups import among
from tutorme.core.prepared import NotPreparable, first, prepared

pytestmark = pytest.mark.django_db


@prepared
def _named(user_id: UUID) -> QuerySet[User]:
    return User.objects.filter(pk=user_id).select_related("tutor_profile")


@prepared
def _among(email: str | None, since: datetime, *, newest: bool) -> QuerySet[User, Any]:
    rows = User.objects.filter(created_at__gt=since)
    if email is not None:
        rows = rows.filter(email=email)
    return rows.order_by("-pk" if newest else "pk").values("email", twice=F("points") * 2)


def test_each_call_is_answered_for_its_own_values() -> None:
    one, other = person("one"), person("other")
    assert [row.pk for row in _named(one.pk)] == [one.pk]
    assert [row.pk for row in _named(other.pk)] == [other.pk]
    assert first(_named(uuid4())) is None
    assert first(_named(one.pk)) == one


def test_what_is_read_is_what_django_reads() -> None:
    one, other = person("one"), person("other")
    long_ago = timezone.now() - timedelta(days=900)
    plainly = User.objects.filter(pk__in=[one.pk, other.pk]).order_by("-pk")
    rows = plainly.values("email", twice=F("points") * 2)
    assert list(_among(None, long_ago, newest=True))[:2] == list(rows)
    assert list(_among(one.email, long_ago, newest=False)) == [{"email": one.email, "twice": 0}]
    assert list(_among(one.email, timezone.now() + timedelta(days=1), newest=False)) == []


def test_a_statement_is_built_once_and_asked_each_time() -> None:
    built = []

    @prepared
    def rows(user_id: UUID, *, backwards: bool) -> QuerySet[User]:
        built.append(user_id)
        return User.objects.filter(pk=user_id).order_by("-pk" if backwards else "pk")

    one = person("one")
    with CaptureQueriesContext(connection) as asked:
        for backwards in (True, True, False, True, False):
            assert list(rows(one.pk, backwards=backwards)) == [one]
    assert len(asked) == 5
    # Two shapes, each built twice to be compared; never with anybody's own value.
    assert len(built) == 4
    assert one.pk not in built


@prepared
def _these(ids: list[UUID]) -> QuerySet[User]:
    return User.objects.filter(among("id", ids)).order_by("id")


def test_a_list_of_ids_of_any_length_is_one_statement() -> None:
    people = sorted((person(name) for name in ("one", "other", "third")), key=lambda row: row.pk)
    for many in (3, 1, 0, 2):
        assert list(_these([row.pk for row in people[:many]])) == people[:many]
    with pytest.raises(NotPreparable):
        _these((people[0].pk,))


def test_rows_of_two_calls_are_nobodys_but_theirs() -> None:
    one = person("one")
    rows = _named(one.pk)
    again = _named(one.pk)
    assert list(rows) == list(again) == [one]
    assert rows[0] is not again[0]
    assert rows[0] is rows[0]


def test_what_is_prepared_is_not_narrowed_afterwards() -> None:
    """Control: Django's own queryset is."""
    one = person("one")
    assert User.objects.filter(pk=one.pk).exclude(pk=one.pk).first() is None
    for use in (
        lambda rows: rows.exclude(pk=one.pk),
        lambda rows: rows.order_by("email"),
        lambda rows: rows[:1],
        lambda rows: rows.exists(),
        lambda rows: rows.count(),
    ):
        with pytest.raises(NotPreparable):
            use(_named(one.pk))


def _lowered(name: str) -> Any:
    return User.objects.filter(email=name.upper())


def _left_out(user_id: UUID) -> Any:
    return User.objects.filter(points=0)


def _now(user_id: UUID) -> Any:
    return AuthSession.objects.filter(
        user_id=user_id, expires_at__gt=datetime(2026, 1, 1, tzinfo=UTC)
    )


def _clocked(user_id: UUID) -> Any:
    return AuthSession.objects.filter(user_id=user_id, expires_at__gt=timezone.now())


def _in_words(user_id: UUID) -> Any:
    return User.objects.filter(pk=user_id).annotate(word=Value(f"for {user_id}"))


def _fetching(user_id: UUID) -> Any:
    wanted = Prefetch("courses_taught", Course.objects.filter(instructor_id=user_id))
    return User.objects.filter(pk=user_id).prefetch_related(wanted)


def _fine(user_id: UUID) -> Any:
    return User.objects.filter(pk=user_id).annotate(word=Lower("email"))


@pytest.mark.parametrize(
    ("build", "value"),
    [
        (_lowered, "a"),
        (_left_out, uuid4()),
        (_now, uuid4()),
        (_clocked, uuid4()),
        (_in_words, uuid4()),
        (_fetching, uuid4()),
    ],
)
def test_what_would_keep_something_of_one_call_is_refused(
    build: Callable[..., Any], value: Any
) -> None:
    """Control: the same kind of statement with nothing in it but its value."""
    assert list(prepared(_fine)(uuid4())) == []
    with pytest.raises(NotPreparable):
        prepared(build)(value)


@pytest.mark.parametrize("value", ["not an id", 7])
def test_a_value_of_another_type_is_refused(value: Any) -> None:
    with pytest.raises(NotPreparable):
        _named(value)


def test_shapes_are_bounded() -> None:
    @prepared
    def rows(user_id: UUID, *, at_most: int) -> QuerySet[User]:
        return User.objects.filter(pk=user_id)[:at_most]

    for at_most in range(1, 200):
        rows(uuid4(), at_most=at_most)
    assert rows.plan.cache_info().currsize == rows.plan.cache_info().maxsize == 64


def test_another_setting_builds_anew() -> None:
    one = person("one")
    list(_named(one.pk))
    assert _named.plan.cache_info().currsize
    with override_settings(SITE_NAME="Other"):
        assert not _named.plan.cache_info().currsize
