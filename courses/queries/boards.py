"""The leaderboards, read: the first twenty, and where somebody stands among a million."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F

from courses.models import BUCKET, BoardScore

TOP, AROUND = 20, 5


@dataclass(frozen=True)
class Place:
    rank: int
    points: int
    user_id: UUID
    name: str
    username: str
    is_me: bool


@dataclass(frozen=True)
class Mine:
    """`rank` is what it is, or would be, among those who are shown; `percentile` says how many of
    a hundred others have fewer points, and is None where there are no others."""

    rank: int
    points: int
    is_shown: bool
    percentile: int | None


@dataclass(frozen=True)
class Board:
    """`people` are those shown."""

    top: list[Place]
    people: int
    me: Mine | None
    above: list[Place]
    below: list[Place]

    me_there: Place | None = None

    @property
    def around(self) -> list[Place]:
        """With oneself in the middle."""
        return [*self.above, *([self.me_there] if self.me_there else []), *self.below]

    @property
    def has_me_on_top(self) -> bool:
        return any(place.is_me for place in self.top)


def board(key: str, user_id: UUID | None = None) -> Board:
    """Two queries, however many people there are."""
    top = _top(key, user_id)
    if user_id is None:
        return Board(top, len(top), None, [], [])
    return _around(key, user_id, top)


def shown_name(display_name: str, username: str) -> str:
    """Never an address: whoever typed one as their name is called by their user name."""
    return username if "@" in display_name else display_name


def _top(key: str, user_id: UUID | None) -> list[Place]:
    rows = BoardScore.objects.filter(board=key, is_shown=True)
    ordered = rows.order_by(F("points") * -1, "reached_at", "user_id")
    found = ordered.values_list(
        *("points", "user_id", "user__display_name", "user__username", "user__is_active")
    )[:TOP]
    return _ranked(found, user_id, first_rank=1, before=0)


def _ranked(
    rows: Iterable[Any], user_id: UUID | None, *, first_rank: int, before: int, hidden: bool = False
) -> list[Place]:
    """1, 2, 2, 4: equal points share a rank, the next one counts everybody before it. `before` is
    how many stand before the first row. Somebody hidden takes up no place; a suspended one does,
    without being named."""
    places: list[Place] = []
    named = []
    for points, who, name, username, is_active in rows:
        if not places:
            rank = first_rank
        else:
            rank = places[-1].rank if places[-1].points == points else before + 1
        is_me = who == user_id
        places.append(Place(rank, points, who, shown_name(name, username), username, is_me))
        named += places[-1:] if is_active or is_me else []
        before += 0 if is_me and hidden else 1
    return named


# The index holds (board, points * -1, reached_at, user): each side of me is one short walk along
# it. How many stand before the first of these rows is what the buckets above say, and what is
# counted within its own bucket.
_AROUND = """
WITH me AS MATERIALIZED (
    SELECT points, reached_at, user_id, is_shown FROM courses_boardscore
    WHERE board = %(board)s AND user_id = %(user)s
), above AS (
    SELECT s.points, s.reached_at, s.user_id FROM me CROSS JOIN LATERAL (
        SELECT points, reached_at, user_id FROM courses_boardscore
        WHERE board = %(board)s AND is_shown AND user_id <> me.user_id
          AND (points * -1, reached_at, user_id) < (me.points * -1, me.reached_at, me.user_id)
        ORDER BY points * -1 DESC, reached_at DESC, user_id DESC LIMIT %(around)s
    ) AS s
), below AS (
    SELECT s.points, s.reached_at, s.user_id FROM me CROSS JOIN LATERAL (
        SELECT points, reached_at, user_id FROM courses_boardscore
        WHERE board = %(board)s AND is_shown AND user_id <> me.user_id
          AND (points * -1, reached_at, user_id) > (me.points * -1, me.reached_at, me.user_id)
        ORDER BY points * -1, reached_at, user_id LIMIT %(around)s
    ) AS s
), near AS (
    SELECT * FROM above UNION ALL SELECT points, reached_at, user_id FROM me
    UNION ALL SELECT * FROM below
), first AS (
    SELECT points, reached_at, user_id FROM near
    ORDER BY points DESC, reached_at, user_id LIMIT 1
), tallies AS (
    SELECT sum(people) AS people,
           sum(people) FILTER (WHERE bucket > first.points / %(bucket)s) AS over_first,
           sum(people) FILTER (WHERE bucket > me.points / %(bucket)s) AS over_me
    FROM courses_boardtally, first, me WHERE board = %(board)s
), first_bucket AS (
    SELECT count(*) FILTER (WHERE s.points > first.points) AS more,
           count(*) FILTER (
               WHERE s.points = first.points
               AND (s.reached_at, s.user_id) < (first.reached_at, first.user_id)
           ) AS sooner
    FROM courses_boardscore s, first
    WHERE s.board = %(board)s AND s.is_shown
      AND s.points * -1 BETWEEN (first.points / %(bucket)s * %(bucket)s + %(bucket)s - 1) * -1
                            AND first.points * -1
), my_bucket AS (
    SELECT count(*) FILTER (WHERE s.points > me.points) AS more,
           count(*) FILTER (WHERE s.points = me.points AND s.user_id <> me.user_id) AS equal
    FROM courses_boardscore s, me
    WHERE s.board = %(board)s AND s.is_shown
      AND s.points * -1 BETWEEN (me.points / %(bucket)s * %(bucket)s + %(bucket)s - 1) * -1
                            AND me.points * -1
)
SELECT near.points, near.user_id, u.display_name, u.username, u.is_active, me.is_shown,
       coalesce(tallies.people, 0),
       coalesce(tallies.over_first, 0) + first_bucket.more,
       first_bucket.sooner,
       coalesce(tallies.over_me, 0) + my_bucket.more,
       my_bucket.equal
FROM near JOIN accounts_user u ON u.id = near.user_id, me, tallies, first_bucket, my_bucket
ORDER BY near.points DESC, near.reached_at, near.user_id
"""


def _around(key: str, user_id: UUID, top: list[Place]) -> Board:
    facts: dict[str, Any] = {"board": key, "user": user_id, "around": AROUND, "bucket": BUCKET}
    with connection.cursor() as cursor:
        cursor.execute(_AROUND, facts)
        rows = cursor.fetchall()
    if not rows:
        return Board(top, len(top), None, [], [])
    is_shown, people, more_than_first, sooner, more_than_me, equal = rows[0][5:]
    near = _ranked(
        [row[:5] for row in rows],
        user_id,
        first_rank=more_than_first + 1,
        before=more_than_first + sooner,
        hidden=not is_shown,
    )
    at = next(number for number, place in enumerate(near) if place.is_me)
    others = people - 1 if is_shown else people
    fewer = others - more_than_me - equal
    mine = Mine(
        rank=more_than_me + 1,
        points=near[at].points,
        is_shown=is_shown,
        percentile=int(100 * fewer // others) if others > 0 else None,
    )
    return Board(top, people, mine, near[:at], near[at + 1 :], near[at])
