"""A query that is put together once a process.

Django builds a queryset and writes its SQL anew each time it is asked, which takes the processor
longer than all that follows. What the everyday pages ask is always the same statement with other
values: `@prepared` builds and writes it once, and later calls only put their values in.

    @prepared
    def _seen(user_id: UUID, *, newest: bool) -> QuerySet[Lesson]:
        rows = Lesson.objects.filter(seen__user_id=user_id)
        return rows.order_by("-seen__at") if newest else rows

    for lesson in _seen(user.pk, newest=True): ...

Arguments by position are the values, each of the type its annotation names, a list being one of
ids for `lookups.among`, since `__in` writes as many places as there are; arguments by name
shape the statement and are kept apart, as is a value that is None. What comes back is a queryset to
be read, and no more: narrowing, slicing and ordering belong into the function, and `first(rows)`
reads one.

Each statement is built twice with made-up values and the two are compared. Where a value did not
arrive as it was given, or something else than the values differs, or a moment was written in,
`NotPreparable` is raised at the first call: nothing of one call is ever left in another's
statement.
"""

import copy
import inspect
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Generic, TypeVar, get_args, get_origin, get_type_hints
from uuid import UUID, uuid4

from django.core.signals import setting_changed
from django.db import connections
from django.db.models import QuerySet

Rows = TypeVar("Rows", bound=QuerySet[Any])
# Shapes of one function that are kept at a time.
_SHAPES = 64
_MADE_UP: dict[type, Callable[[], Any]] = {
    UUID: uuid4,
    str: lambda: f"given{secrets.token_hex(12)}",
    int: lambda: 10_000 + secrets.randbelow(20_000),
    datetime: lambda: datetime(2001, 1, 1, tzinfo=UTC) + timedelta(milliseconds=_chance()),
    list: lambda: [uuid4(), uuid4()],
}


def _chance() -> int:
    return secrets.randbelow(10**9)


class NotPreparable(TypeError):
    """The statement cannot be kept: its text or its constants depend on a value."""


@dataclass(frozen=True)
class _Plan:
    """A written statement: `places` are where in `params` the n-th value stands."""

    queryset: Any
    compiler: Any
    sql: str
    params: tuple[Any, ...]
    places: tuple[tuple[int, int], ...]

    def asked(self, values: tuple[Any, ...]) -> Any:
        params = list(self.params)
        for place, number in self.places:
            params[place] = values[number]
        rows = _bare_copy(self.queryset)
        rows._result_cache, rows._prefetch_done = None, False
        rows._query = _Written(self, params)
        return rows


class _Written:
    """Stands for a Query whose SQL is known; of the real one only what reading rows asks."""

    def __init__(self, plan: _Plan, params: list[Any]) -> None:
        self._plan, self._params = plan, params

    def get_compiler(self, using: str, *_args: Any, **_kwargs: Any) -> Any:
        compiler = _bare_copy(self._plan.compiler)
        compiler.connection, compiler.using = connections[using], using
        compiler.as_sql = lambda *_args, **_kwargs: (self._plan.sql, tuple(self._params))
        return compiler

    def sql_with_params(self) -> tuple[str, tuple[Any, ...]]:
        """As a real one says it, for whoever puts it into a statement of their own."""
        return self._plan.sql, tuple(self._params)

    def __getattr__(self, name: str) -> Any:
        if name in _READ:
            return getattr(self._plan.queryset._query, name)
        raise NotPreparable(f"A prepared query is read as it is; {name} belongs where it is built")


# What a queryset asks of its query to give rows their names.
_READ = ("selected", "extra_select", "values_select", "annotation_select")


def _bare_copy(original: Any) -> Any:
    """`copy.copy` would ask a queryset for its rows."""
    other = object.__new__(type(original))
    other.__dict__.update(original.__dict__)
    return other


class Prepared(Generic[Rows]):
    """What `@prepared` makes of a function."""

    def __init__(self, build: Callable[..., Rows]) -> None:
        self.build = build
        self.__doc__, self.__name__ = build.__doc__, build.__name__
        self._kinds: tuple[type, ...] = ()
        self.plan = lru_cache(maxsize=_SHAPES)(self._written)
        _ALL.append(self)

    def __call__(self, *values: Any, **shape: Any) -> Rows:
        self._kinds = self._kinds or self._named_kinds()
        for value, kind in zip(values, self._kinds, strict=True):
            if value is not None and not isinstance(value, kind):
                raise NotPreparable(f"{self.__name__} takes {self._kinds}, not {value!r}")
        plan = self.plan(tuple(value is not None for value in values), **shape)
        return plan.asked(values)  # type: ignore[no-any-return]

    def _written(self, given: tuple[bool, ...], **shape: Any) -> _Plan:
        first, second = (
            tuple(
                _MADE_UP[kind]() if there else None
                for kind, there in zip(self._kinds, given, strict=True)
            )
            for _turn in range(2)
        )
        plan, other = self._one(first, shape), self._one(second, shape)
        if plan.sql != other.sql or plan.places != other.places:
            raise NotPreparable(f"What {self.__name__} asks depends on its values")
        taken = {place for place, _number in plan.places}
        rest = [pair for place, pair in enumerate(zip(plan.params, other.params, strict=True))
                if place not in taken]  # fmt: skip
        if any(one != two or isinstance(one, date) for one, two in rest):
            raise NotPreparable(f"{self.__name__} writes something in that is no value of its own")
        arrived = {number for _place, number in plan.places}
        if arrived != {number for number, there in enumerate(given) if there}:
            raise NotPreparable(f"Not every value of {self.__name__} arrives as it was given")
        return plan

    def _named_kinds(self) -> tuple[type, ...]:
        hints = get_type_hints(self.build)
        named = inspect.signature(self.build).parameters.values()
        kinds = (hints[one.name] for one in named if one.kind is not one.KEYWORD_ONLY)
        return tuple(
            get_origin(kind) if get_origin(kind) is list else next(iter(get_args(kind)), kind)
            for kind in kinds
        )

    def _one(self, values: tuple[Any, ...], shape: dict[str, Any]) -> _Plan:
        rows: Any = self.build(*values, **shape)
        if rows._known_related_objects or rows._prefetch_related_lookups:
            raise NotPreparable(f"{self.__name__} carries rows or further queries of one call")
        compiler = rows.query.get_compiler(using=rows.db)
        sql, params = compiler.as_sql()
        places = tuple(
            (place, number)
            for place, param in enumerate(params)
            for number, value in enumerate(values)
            # Django sends a whole number as a kind of its own that says its column's size.
            if value is not None and isinstance(param, type(value)) and param == value
        )
        _keep_converters(compiler)
        compiler.connection = None
        return _Plan(rows, compiler, sql, tuple(params), places)


def _keep_converters(compiler: Any) -> None:
    """They hang on the columns, and the columns are known."""
    columns = [column[0] for column in compiler.select[0 : compiler.col_count]]
    found = compiler.get_converters(columns)
    compiler.get_converters = lambda _columns: copy.copy(found)


def prepared(build: Callable[..., Rows]) -> Prepared[Rows]:
    return Prepared(build)


def first(rows: Any) -> Any:
    """The first row, or None; what is prepared to be read so ends in `[:1]`."""
    return next(iter(rows), None)


_ALL: list[Prepared[Any]] = []


def _forget(**_about: Any) -> None:
    for one in _ALL:
        one.plan.cache_clear()


# Only tests change a setting while the process runs, and a statement may have been built by it.
setting_changed.connect(_forget)
