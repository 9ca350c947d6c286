"""The leaderboards, read: the first twenty, and where somebody stands among a million."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F

from courses.models import BoardScore
from tutorme.core.row_security import as_system

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
    """`people` are those shown. Where I am not, `top` is the board as it stands, and `above` and
    `below` as it would stand with me."""

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


@as_system("who is on a board chose to be shown on it")
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
    return _named(_ranked(found), user_id)


def _ranked(rows: Iterable[Any]) -> Iterator[Any]:
    """From the first one on: equal points share a rank, the next one counts all before it."""
    rank, before = 1, None
    for place, row in enumerate(rows, start=1):
        rank = rank if row[0] == before else place
        before = row[0]
        yield (rank, *row)


def _named(rows: Iterable[Any], user_id: UUID | None) -> list[Place]:
    """A suspended person takes up a place without being named."""
    return [
        Place(int(rank), points, who, shown_name(name, username), username, who == user_id)
        for rank, points, who, name, username, is_active in rows
        if is_active or who == user_id
    ]


# The index holds (board, points * -1, reached_at, user): each side of me is one short walk along
# it. A rank is one more than the people with more points, which the tallies add up to: once over
# the best of these, and for each the few between. Who is not shown is in no tally; the places below
# are as they would be with them, or two of unlike points would share one.
_AROUND = """
WITH me AS MATERIALIZED (
    SELECT points, reached_at, user_id, is_shown FROM courses_boardscore
    WHERE board = %(board)s AND user_id = %(user)s
), near AS (
    SELECT s.* FROM me CROSS JOIN LATERAL (
        SELECT points, reached_at, user_id FROM courses_boardscore
        WHERE board = %(board)s AND is_shown AND user_id <> me.user_id
          AND (points * -1, reached_at, user_id) < (me.points * -1, me.reached_at, me.user_id)
        ORDER BY points * -1 DESC, reached_at DESC, user_id DESC LIMIT %(around)s
    ) AS s
    UNION ALL SELECT points, reached_at, user_id FROM me
    UNION ALL
    SELECT s.* FROM me CROSS JOIN LATERAL (
        SELECT points, reached_at, user_id FROM courses_boardscore
        WHERE board = %(board)s AND is_shown AND user_id <> me.user_id
          AND (points * -1, reached_at, user_id) > (me.points * -1, me.reached_at, me.user_id)
        ORDER BY points * -1, reached_at, user_id LIMIT %(around)s
    ) AS s
), best AS (SELECT max(points) AS points FROM near), tallies AS (
    SELECT coalesce(sum(people), 0) AS people,
           coalesce(sum(people) FILTER (WHERE t.points < me.points), 0) AS fewer,
           coalesce(sum(people) FILTER (WHERE t.points > best.points), 0) AS better
    FROM me CROSS JOIN best LEFT JOIN courses_boardtally t ON t.board = %(board)s
)
SELECT 1 + tallies.better + (
           SELECT coalesce(sum(people), 0) FROM courses_boardtally
           WHERE board = %(board)s AND points > near.points AND points <= best.points
       ) + (NOT me.is_shown AND me.points > near.points)::int,
       near.points, near.user_id, u.display_name, u.username, u.is_active,
       me.is_shown, tallies.people, tallies.fewer
FROM near JOIN accounts_user u ON u.id = near.user_id, me, best, tallies
ORDER BY near.points DESC, near.reached_at, near.user_id
"""


def _around(key: str, user_id: UUID, top: list[Place]) -> Board:
    facts: dict[str, Any] = {"board": key, "user": user_id, "around": AROUND}
    with connection.cursor() as cursor:
        cursor.execute(_AROUND, facts)
        rows = cursor.fetchall()
    if not rows:
        return Board(top, len(top), None, [], [])
    is_shown, people, fewer = rows[0][6], int(rows[0][7]), int(rows[0][8])
    near = _named((row[:6] for row in rows), user_id)
    at = next(number for number, place in enumerate(near) if place.is_me)
    others = people - 1 if is_shown else people
    mine = Mine(
        rank=near[at].rank,
        points=near[at].points,
        is_shown=is_shown,
        percentile=100 * fewer // others if others > 0 else None,
    )
    return Board(top, people, mine, near[:at], near[at + 1 :], near[at])
