"""Who fits a student's wishes: hard filters and the hundred points, in SQL (`match_statement.py`).

subject and level 30: 1 at the level, 0.6 one above, 0.3 further above or of the same family alone
availability 20: starts inside the student's hours in the next fourteen days, out of six
rating 15: (r - 1) / 4 with five reviews of the site's mean before each tutor's own
reliability 10: half lessons kept, half requests answered within a day
price 10: 1 at 70 per cent of the budget and below, 0 at 130 and above
goals 5: tags in common out of all tags (Jaccard) · language and zone 5 · continuity 5

What is not known counts half, never nothing. Nothing anybody pays is looked at.

Everybody who passes the filters is listed by what they could reach at most; the first of them are
weighed by everything, and then all who could still be among the best (`docs/adr/0135`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from django.db import connection, transaction

from ai.avoided import avoided_by
from ai.queries.match_statement import SITE, STARTS_IN_HOURS, listing, weighing
from ai.wishes import LEVELS, Wishes, offset_seconds, spans
from booking.walltime import Span

FACTORS = {
    "subject": 30,
    "availability": 20,
    "rating": 15,
    "reliability": 10,
    "price": 10,
    "goals": 5,
    "language_zone": 5,
    "continuity": 5,
}
NEW_BELOW = 5
_TOP, _TOP_NEW = 60, 12
_EVERYBODY = 10_000_000
# With fewer starts than this in the student's hours, all of them are counted; whether it is fewer
# is asked at once where the hours of the fortnight are this short together.
_MANY_STARTS = 30_000
_SHORT = timedelta(hours=12)
# Ratings are floats where they are listed, decimals where they are weighed.
_HAIR = 1e-9


@dataclass(frozen=True)
class Candidate:
    """A tutor who fits. `points` by factor, unrounded; `score` is their sum, rounded half up.
    `mean` is of their own reviews; their points and their place are from the weighed one."""

    pk: UUID
    score: int
    mean: Decimal | None
    sessions: int
    is_new: bool
    slots: int
    first: datetime
    fit: Decimal
    taught_me: bool
    teaches_me: bool
    hourly_minor: int | None
    currency: str
    fluency: Decimal | None
    points: dict[str, Decimal]


@dataclass(frozen=True)
class Sizes:
    """How many are listed at first, and of these weighed at first, and at a time after that."""

    listed: int = 1_500
    first: int = 120
    more: int = 1_000


def candidates(
    wishes: Wishes, *, student_id: UUID, now: datetime, sizes: Sizes = Sizes()
) -> list[Candidate]:
    """The best of all who fit, in their order, with the best of the new ones among them."""
    parameters = _parameters(wishes, student_id, now)
    with transaction.atomic(), connection.cursor() as cursor:
        # Compiling it takes longer than running it; twenty thousand tutors are no work for a disk.
        cursor.execute("SET LOCAL jit = off; SET LOCAL work_mem = '32MB'")
        return Search(cursor, parameters, has_hours=bool(wishes.windows)).best(sizes)


class Listed(NamedTuple):
    """Somebody who fits, with the score they could reach at most and their weighed rating."""

    pk: UUID
    most: int
    mean: float | None
    is_new: bool


class Bar(NamedTuple):
    """What the last of the best has. Of two with one score the better rating comes first."""

    score: int = 0
    mean: float | None = None

    def may_be_passed_by(self, row: Listed) -> bool:
        if row.most != self.score or self.mean is None:
            return row.most >= self.score
        return row.mean is not None and row.mean >= self.mean - _HAIR


class Search:
    """Weighs until nobody is left who could be among the best."""

    def __init__(self, cursor: Any, parameters: dict[str, Any], *, has_hours: bool) -> None:
        self._cursor = cursor
        # No hours named: whoever has time at all has it in them.
        self._may_count = has_hours
        self.by_time = False
        self._rows: list[tuple[Any, ...]] = []
        self._weighed: set[UUID] = set()
        cursor.execute(SITE)
        self._parameters = {**parameters, "mean": cursor.fetchone()[0]}

    def best(self, sizes: Sizes) -> list[Candidate]:
        self.by_time = self._is_short() and self._few_starts()
        most, rows = sizes.listed, self.listed(sizes.listed)
        while True:
            doubtful = self._doubtful(rows)
            if self._weighed and len(doubtful) > sizes.more and self._few_starts():
                self.by_time = True
                rows = self.listed(most)
            elif doubtful and self._weighed:
                self.weigh(doubtful[: sizes.more])
            elif doubtful:
                new = [row for row in doubtful[sizes.first :] if row.is_new]
                self.weigh([*doubtful[: sizes.first], *new[: _new_of(sizes.first)]])
            elif self._is_whole(rows, most):
                return [_candidate(row) for row in self._top()]
            else:
                most = _EVERYBODY
                rows = self.listed(most)

    def listed(self, most: int) -> list[Listed]:
        limits = {"listed": most, "listed_new": _new_of(most)}
        self._cursor.execute(listing(by_time=self.by_time), {**self._parameters, **limits})
        return [Listed(*row) for row in self._cursor.fetchall()]

    def weigh(self, rows: Sequence[Listed]) -> None:
        chosen = [row.pk for row in rows]
        self._weighed.update(chosen)
        self._cursor.execute(weighing(), {**self._parameters, "chosen": chosen})
        self._rows = sorted([*self._rows, *self._cursor.fetchall()], key=_place)

    def _doubtful(self, rows: Sequence[Listed]) -> Sequence[Listed]:
        """Who was not weighed and may be better than the last of the best."""
        bar, bar_new = self._bars()
        return [
            row
            for row in rows
            if (bar.may_be_passed_by(row) or (row.is_new and bar_new.may_be_passed_by(row)))
            and row.pk not in self._weighed
        ]

    def _bars(self) -> tuple[Bar, Bar]:
        """For everybody, and for somebody new."""
        new = [row for row in self._rows if row[4]]
        return _bar(self._rows, _TOP), _bar(new, _TOP_NEW)

    def _is_whole(self, rows: Sequence[Listed], most: int) -> bool:
        """Whether nobody who was not even listed may be among the best."""
        bar, bar_new = self._bars()
        new = [row for row in rows if row.is_new]
        return not (
            (len(rows) >= most and bar.may_be_passed_by(rows[most - 1]))
            or (len(new) >= _new_of(most) and bar_new.may_be_passed_by(new[_new_of(most) - 1]))
        )

    def _is_short(self) -> bool:
        starts, ends = self._parameters["starts"], self._parameters["ends"]
        spans = (end - start for start, end in zip(starts, ends, strict=True))
        return sum(spans, timedelta()) < _SHORT

    def _few_starts(self) -> bool:
        if not self._may_count:
            return False
        self._may_count = False
        self._cursor.execute(
            f"SELECT count(*) FROM (SELECT 1 {STARTS_IN_HOURS} LIMIT {_MANY_STARTS}) AS found",  # noqa: S608  two constants of ours
            self._parameters,
        )
        return bool(self._cursor.fetchone()[0] < _MANY_STARTS)

    def _top(self) -> list[tuple[Any, ...]]:
        new = [row for row in self._rows if row[4]][:_TOP_NEW]
        best = self._rows[:_TOP]
        return best + [row for row in new if row not in best]


def _new_of(most: int) -> int:
    return max(1, most // 6)


def _bar(rows: Sequence[tuple[Any, ...]], size: int) -> Bar:
    if len(rows) < size:
        return Bar()
    score, mean = rows[size - 1][1], rows[size - 1][-1]
    return Bar(score, None if mean is None else float(mean))


def _place(row: tuple[Any, ...]) -> tuple[Any, ...]:
    score, weighed_mean, first, pk = row[1], row[-1], row[6], row[0]
    return -score, weighed_mean is None, -(weighed_mean or 0), first, pk


def _parameters(wishes: Wishes, student_id: UUID, now: datetime) -> dict[str, Any]:
    windows = spans(wishes, now)
    rank = LEVELS.index(wishes.level) if wishes.level else 0
    return {
        "student": student_id,
        "avoided": avoided_by(student_id),
        "now": now,
        "starts": [span.start for span in windows],
        "ends": [span.end for span in windows],
        "hours": _hours(windows, timedelta(minutes=wishes.minutes)),
        "subjects": list(wishes.subjects),
        "families": list(wishes.families),
        "level": wishes.level,
        "next_level": LEVELS[min(rank + 1, len(LEVELS) - 1)],
        "levels": list(LEVELS[rank:]),
        "languages": list(wishes.languages),
        "currency": wishes.currency,
        "budget": wishes.budget_minor,
        "strict": wishes.is_strict and wishes.budget_minor is not None,
        "length": timedelta(minutes=wishes.minutes),
        "goals": [goal.casefold() for goal in wishes.goals],
        "offset": offset_seconds(wishes.zone, now),
        "new_below": NEW_BELOW,
    }


def _hours(windows: Sequence[Span], length: timedelta) -> str:
    """When a lesson may begin, as one multirange: they do not overlap."""
    last = [(span.start, span.end - length) for span in windows]
    starts = ",".join(f"[{start},{end}]" for start, end in last if start <= end)
    return f"{{{starts}}}"


def _candidate(row: tuple[Any, ...]) -> Candidate:
    points = dict(zip(FACTORS, map(Decimal, row[13:21]), strict=True))
    facts: dict[str, Any] = dict(zip(_FACTS, row[:13], strict=True))
    return Candidate(points=points, **facts)


_FACTS = (
    *("pk", "score", "mean", "sessions", "is_new", "slots", "first", "fit", "taught_me"),
    *("teaches_me", "hourly_minor", "currency", "fluency"),
)


# The order on the page -------------------------------------------------------------------------


T = TypeVar("T")


def placed(rows: Sequence[T], size: int, is_new: Callable[[T], bool]) -> list[T]:
    """Every fifth place goes to the best tutor who is new and not placed yet."""
    waiting, found = list(rows), list[T]()
    while waiting and len(found) < size:
        fifth = (len(found) + 1) % 5 == 0
        new = next((row for row in waiting if is_new(row)), None) if fifth else None
        chosen = new if new is not None else waiting[0]
        waiting.remove(chosen)
        found.append(chosen)
    return found
