"""A read that every request makes, compiled once for the process.

Django writes a queryset's SQL anew each time it is asked: for who holds a token that is 1.5 ms of
processor, which is more than PostgreSQL, the driver and the model together. Here the queryset is
built once with sample values; afterwards only the values change. The statement goes the usual way,
so budgets, walls and figures see it, and nothing is kept of what it finds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

M = TypeVar("M", bound=Model)


class ShapeVaries(Exception):
    """A sample is not in the statement exactly as it was given, so that no other value could take
    its place: it was changed on the way, is there twice over with another value, or not at all."""


@dataclass(frozen=True)
class _Plan:
    sql: str
    # A name for each value that changes, or None and the value that does not.
    slots: tuple[tuple[str | None, Any], ...]
    compiler: Any
    converters: Any

    def values(self, given: Mapping[str, Any]) -> list[Any]:
        return [value if name is None else given[name] for name, value in self.slots]


class CompiledRead(Generic[M]):
    """`build(**samples)` is a queryset of one row at most. The samples are values of the right
    types that stand nowhere else in it; each has to be a parameter as it is, so nothing that
    decides the shape (None, an empty list) can be one."""

    def __init__(self, build: Callable[..., QuerySet[M, Any]], **samples: Any) -> None:
        self.build = build
        self.samples = samples

    @cached_property
    def _plan(self) -> _Plan:
        query = self.build(**self.samples)[:1].query
        compiler = query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        names = {value: name for name, value in self.samples.items()}
        slots = tuple((names.get(value), value) for value in params)
        if {name for name, _ in slots if name} != set(self.samples):
            raise ShapeVaries(self.samples)
        columns = [column[0] for column in compiler.select]
        return _Plan(sql, slots, compiler, compiler.get_converters(columns))

    def first(self, **given: Any) -> M | None:
        row = self._found(given)
        return None if row is None else self._made(row)

    def values(self, **given: Any) -> dict[str, Any] | None:
        """Where the queryset asks for `values()`."""
        row = self._found(given)
        return None if row is None else dict(zip(self._names, row, strict=True))

    @cached_property
    def _names(self) -> list[str]:
        query = self._plan.compiler.query
        return list(query.selected or (*query.values_select, *query.annotation_select))

    def _found(self, given: Mapping[str, Any]) -> Any:
        plan = self._plan
        with connection.cursor() as cursor:
            cursor.execute(plan.sql, plan.values(given))
            row = cursor.fetchone()
        if row is None or not plan.converters:
            return row
        return next(iter(plan.compiler.apply_converters([row], plan.converters)))

    def _made(self, row: Any) -> M:
        """As `QuerySet` makes its models, with what `select_related` named."""
        compiler = self._plan.compiler
        told = compiler.klass_info
        start, end = told["select_fields"][0], told["select_fields"][-1] + 1
        names = [each[0].target.attname for each in compiler.select[start:end]]
        made: M = told["model"].from_db(DEFAULT_DB_ALIAS, names, row[start:end])
        # The types known of it are of a later Django.
        related = get_related_populators(told, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]
        for other in related:
            other.populate(row, made)
        return made
