"""When two accounts of one person become one: what every table does with the rows of the one that
is closed. Each column that names a person has a rule in its app's `mergers.py`, found at start; a
test finds the one that was forgotten. There is no default: a new table says what becomes of it.

    declare(Favorite, "user_id", Moves(once=("course_id",)))
    declare(Certificate, "user_id", Refuses(_("It has certificates …")))
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise

TextLike = str | Promise


@dataclass(frozen=True)
class Two:
    """`closed` ends; `kept` goes on with what moves."""

    closed: UUID
    kept: UUID


@dataclass(frozen=True)
class Moves:
    """The rows become the kept account's. `once`: with the owner they are unique; where the kept
    account has such a row already, its own counts and the other stays behind."""

    once: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stays:
    """The rows stay with the closed account, for this reason."""

    reason: str


@dataclass(frozen=True)
class Goes:
    """The rows are deleted: ways into an account that is closed."""


@dataclass(frozen=True)
class Refuses:
    """Nothing is merged while the closed account has such a row."""

    because: TextLike
    only: Q | None = None


@dataclass(frozen=True)
class Clashes:
    """Nothing is merged while both have such a row, alike in `once`."""

    because: TextLike
    once: tuple[str, ...] = ()
    only: Q | None = None


Rule = Moves | Stays | Goes | Refuses | Clashes


@dataclass(frozen=True)
class Step:
    """What no column says. `count` tells beforehand how many it will move."""

    title: TextLike
    count: Callable[[Two], int]
    carry_out: Callable[[Two], None]


@dataclass(frozen=True)
class Line:
    """What becomes of one table's rows, in the preview."""

    title: str
    moved: int = 0
    stayed: int = 0
    deleted: int = 0


_rules: dict[tuple[type[Model], str], tuple[Rule, ...]] = {}
_steps: list[Step] = []


def declare(model: type[Model], column: str, *rules: Rule) -> None:
    _rules[model, column] = rules


def step(title: TextLike, count: Callable[[Two], int]) -> Callable[[Callable[[Two], None]], Any]:
    """Carried out after the tables, in the same transaction; books come last."""

    def register(carry_out: Callable[[Two], None]) -> Callable[[Two], None]:
        _steps.append(Step(title, count, carry_out))
        return carry_out

    return register


def declared() -> dict[tuple[type[Model], str], tuple[Rule, ...]]:
    return dict(_rules)


def refusals(two: Two) -> list[TextLike]:
    """Why it may not be; empty where it may."""
    found = [
        rule.because
        for (model, column), rules in _rules.items()
        for rule in rules
        if isinstance(rule, Refuses | Clashes) and _forbids(model, column, two, rule)
    ]
    return list(dict.fromkeys(found))


def _forbids(model: type[Model], column: str, two: Two, rule: Refuses | Clashes) -> bool:
    if isinstance(rule, Clashes):
        return _clashing(model, column, two, rule)
    return _rows(model, column, two.closed, rule.only).exists()


def preview(two: Two) -> list[Line]:
    """What `carry_out` would do now, of the tables that have rows."""
    told = [_line(*place, rules, two) for place, rules in _rules.items()]
    told += [Line(str(each.title), moved=each.count(two)) for each in _steps]
    return [line for line in _summed(told) if line.moved or line.stayed or line.deleted]


def carry_out(two: Two) -> None:
    """The caller holds the transaction and both accounts' rows, and has asked `refusals`."""
    for (model, column), rules in _rules.items():
        for rule in rules:
            if isinstance(rule, Moves):
                _moving(model, column, two, rule)[0].update(**{column: two.kept})
            elif isinstance(rule, Goes):
                _rows(model, column, two.closed).delete()
    for each in _steps:
        each.carry_out(two)


def _rows(model: type[Model], column: str, owner: UUID, only: Q | None = None) -> QuerySet[Any]:
    rows = model._base_manager.filter(**{column: owner})
    return rows.filter(only) if only else rows


def _moving(model: type[Model], column: str, two: Two, rule: Moves) -> tuple[QuerySet[Any], int]:
    """The rows that move, and how many stay behind."""
    rows = _rows(model, column, two.closed)
    if not rule.once:
        return rows, 0
    taken = set(_rows(model, column, two.kept).values_list(*rule.once))
    behind = [pk for pk, *found in rows.values_list("pk", *rule.once) if tuple(found) in taken]
    return rows.exclude(pk__in=behind), len(behind)


def _clashing(model: type[Model], column: str, two: Two, rule: Clashes) -> bool:
    places = rule.once or (column,)
    alike = [
        {tuple(row) if rule.once else () for row in rows.values_list(*places)}
        for rows in (_rows(model, column, who, rule.only) for who in (two.closed, two.kept))
    ]
    return bool(alike[0] & alike[1])


def _line(model: type[Model], column: str, rules: tuple[Rule, ...], two: Two) -> Line:
    title = str(model._meta.verbose_name_plural)
    for rule in rules:
        if isinstance(rule, Moves):
            rows, stayed = _moving(model, column, two, rule)
            return Line(title, moved=rows.count(), stayed=stayed)
        if isinstance(rule, Goes):
            return Line(title, deleted=_rows(model, column, two.closed).count())
    return Line(title, stayed=_rows(model, column, two.closed).count())


def _summed(lines: list[Line]) -> Iterator[Line]:
    """A table with two columns that name people is one line."""
    sums: dict[str, Counter[str]] = {}
    for line in lines:
        sums.setdefault(line.title, Counter()).update(
            moved=line.moved, stayed=line.stayed, deleted=line.deleted
        )
    for title, counts in sums.items():
        yield Line(title, counts["moved"], counts["stayed"], counts["deleted"])
