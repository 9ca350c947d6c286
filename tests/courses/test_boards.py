"""Leaderboards: ranks against plain sorting, who is shown, and what the recount says."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from courses.models import BoardScore, BoardTally, Course, Enrollment, Motivation
from courses.queries import boards as read
from courses.services import boards, enrolling, learning, motivation, points, streaks
from tests import cast
from tests.courses.conftest import lesson

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)


def people(count: int) -> list[User]:
    rows = [
        User(
            email=f"p{n}@example.test",
            username=f"person{n}",
            username_skeleton=f"person{n}",
            display_name=f"Person {n}",
        )
        for n in range(count)
    ]
    return User.objects.bulk_create(rows)


Row = tuple[int, int, bool]


def by_sorting(rows: list[tuple[UUID, Row]], me: UUID) -> tuple[list[tuple[int, UUID]], int]:
    """Everybody shown with their rank, and the rank I have or would have."""
    shown = sorted(((-row[0], row[1], who) for who, row in rows if row[2]), key=lambda found: found)
    points_of = {who: row[0] for who, row in rows}
    ranks = [(1 + sum(other < mine for other, _at, _who in shown), who) for mine, _at, who in shown]
    return ranks, 1 + sum(-other > points_of[me] for other, _at, _who in shown)


standings = st.lists(
    st.tuples(st.integers(0, 260), st.integers(0, 4), st.booleans()), min_size=1, max_size=40
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=standings, whose=st.integers(0, 39))
def test_ranks_are_those_of_sorting(db, rows: list[Row], whose: int) -> None:
    BoardTally.objects.all().delete()
    User.objects.filter(username__startswith="person").delete()
    users = people(len(rows))
    me = users[whose % len(users)].pk
    for user, (number, minutes, shown) in zip(users, rows, strict=True):
        boards.add(
            user_id=user.pk,
            points=number,
            at=NOW + timedelta(minutes=minutes),
            boards=["all"],
            shown=shown,
        )
    ranks, mine = by_sorting([(u.pk, row) for u, row in zip(users, rows, strict=True)], me)
    found = read.board("all", me)
    assert [(place.rank, place.user_id) for place in found.top] == ranks[:20]
    assert found.me is not None
    assert (found.me.rank, found.people) == (mine, len(ranks))
    by_id = {who: (number, rank) for number, (rank, who) in enumerate(ranks)}
    points_of = {user.pk: row[0] for user, row in zip(users, rows, strict=True)}
    for place in found.above + found.below:
        passed = me not in by_id and place.points < points_of[me]
        assert place.rank == by_id[place.user_id][1] + passed
    if me in by_id:
        at = by_id[me][0]
        assert [p.user_id for p in found.above] == [who for _r, who in ranks[max(0, at - 5) : at]]
        assert [p.user_id for p in found.below] == [who for _r, who in ranks[at + 1 : at + 6]]


def give(user: User, number: int, *, at: datetime = NOW) -> None:
    """So many points by one line."""
    mine = streaks.locked(user.pk)
    points.give(mine, points.Rule.ACHIEVEMENT, user.pk, at, points=number)


def join(user: User) -> None:
    motivation.choose(user_id=user.pk, changes={"wants_boards": True})


def test_nobody_is_on_a_board_who_did_not_say_so(sam: User, otto: User) -> None:
    give(sam, 30)
    give(otto, 20)
    join(otto)
    found = read.board("all", sam.pk)
    assert [place.name for place in found.top] == ["Otto"]
    assert found.me is not None
    assert (found.me.rank, found.me.is_shown, found.me.percentile) == (1, False, 100)
    assert [(place.rank, place.name) for place in found.below] == [(2, "Otto")]


def test_where_one_would_be_nobody_shares_a_place_but_with_equal_points(
    sam: User, otto: User, orla: User, tess: User
) -> None:
    for user, number in ((otto, 50), (sam, 40), (orla, 40), (tess, 20)):
        give(user, number)
        if user != sam:
            join(user)
    found = read.board("all", sam.pk)
    assert [(place.rank, place.name) for place in found.top] == [
        (1, "Otto"),
        (2, "Orla"),
        (3, "Tess"),
    ]
    there = [(place.rank, place.name) for place in found.around]
    assert sorted(there) == [(1, "Otto"), (2, "Orla"), (2, "Sam"), (4, "Tess")]
    join(sam)
    assert [(place.rank, place.name) for place in read.board("all", sam.pk).top] == there


@pytest.mark.parametrize("changes", [{"wants_boards": False}, {"is_calm": True}])
def test_leaving_holds_from_that_moment_on_every_board(
    sam: User, otto: User, changes: dict[str, bool]
) -> None:
    for user in (sam, otto):
        give(user, 30)
        join(user)
    motivation.choose(user_id=otto.pk, changes=changes)
    for key in ("all", boards.week_board(NOW)):
        found = read.board(key, sam.pk)
        assert [place.name for place in found.top] == ["Sam"]
        assert found.people == 1
    give(User.objects.get(pk=otto.pk), 30)
    assert not BoardScore.objects.filter(user=otto, is_shown=True).exists()


def test_a_suspended_person_is_not_named(sam: User, otto: User) -> None:
    for user, number in ((sam, 10), (otto, 30)):
        give(user, number)
        join(user)
    User.objects.filter(pk=otto.pk).update(is_active=False)
    found = read.board("all", sam.pk)
    assert [(place.rank, place.name) for place in found.top] == [(2, "Sam")]
    assert found.above == []


def test_an_address_is_never_a_name(sam: User) -> None:
    User.objects.filter(pk=sam.pk).update(display_name="sam@example.test")
    give(sam, 10)
    join(sam)
    assert [place.name for place in read.board("all").top] == ["sam"]


def test_the_week_begins_on_monday_at_midnight_utc() -> None:
    sunday = datetime(2026, 11, 15, 23, 59, 59, tzinfo=UTC)
    assert boards.week_board(sunday) == "week:2026-11-09"
    assert boards.week_board(sunday + timedelta(seconds=1)) == "week:2026-11-16"


def test_folding_changes_nothing_but_the_number_of_rows(sam: User, otto: User) -> None:
    for user in (sam, otto):
        join(user)
        for number in (30, 40, 50):
            boards.add(user_id=user.pk, points=number, at=NOW, boards=["all"], shown=True)
    before, rows = read.board("all", sam.pk), BoardTally.objects.count()
    boards.tidy(NOW)
    assert read.board("all", sam.pk) == before
    assert BoardTally.objects.count() == 1 < rows


def test_weeks_long_past_are_forgotten(sam: User) -> None:
    give(sam, 10, at=NOW - timedelta(weeks=20))
    give(cast.person("Una"), 10)
    boards.tidy(NOW)
    weeks = BoardScore.objects.filter(board__startswith="week:").values_list("board", flat=True)
    assert list(weeks) == ["week:2026-11-16"]
    assert boards.recount(now=NOW, dry_run=True) == 0


def test_the_recount_finds_and_mends_what_was_written_beside_the_ledger(
    sam: User, otto: User, capsys
) -> None:
    for user in (sam, otto):
        give(user, 70)
        join(user)
    assert boards.recount(now=NOW, dry_run=True) == 0
    BoardScore.objects.filter(user=sam, board="all").update(points=9)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE courses_boardtally SET people = people + 1 WHERE board = 'all'")
    assert boards.recount(now=NOW, dry_run=True) == 3
    call_command("recount_leaderboards")
    assert capsys.readouterr().out.strip() == "differences: 3"
    assert boards.recount(now=NOW, dry_run=True) == 0
    assert Motivation.objects.filter(wants_boards=True).count() == 2


def test_a_cohort_is_who_began_a_course_in_the_same_month(
    course: Course, api, client, sam: User, otto: User, orla: User, drain
) -> None:
    for user in (sam, otto, orla):
        motivation.choose(user_id=user.pk, changes={"wants_boards": True})
        place = enrolling.enroll(user_id=user.pk, course=course)
        if user == orla:
            Enrollment.objects.filter(pk=place.pk).update(created_at=NOW - timedelta(days=90))
        learning.complete_lesson(enrollment=place, lesson=lesson(course, "hello"))
    drain()
    address = f"/api/v1/leaderboard/?board=cohort&course={course.pk}"
    assert {row["username"] for row in api(sam).get(address).json()["top"]} == {"sam", "otto"}
    assert [row["username"] for row in api(orla).get(address).json()["top"]] == ["orla"]
    assert (api(None).get(address).status_code, boards.recount(now=NOW, dry_run=True)) == (404, 0)
    # The control: the course's own board has all three.
    whole = api(sam).get(address.replace("cohort", "course")).json()
    assert whole["people"] == 3
    BoardScore.objects.filter(board__startswith="cohort:").delete()
    assert boards.recount(now=NOW, dry_run=False) > 0
    assert boards.recount(now=NOW, dry_run=True) == 0
    client.force_login(sam)
    page = client.get(f"/leaderboard/?board=cohort&course={course.slug}").content.decode()
    assert "Who began with me" in page
    assert "Orla" not in page
    client.force_login(cast.person("Stranger"))
    page = client.get(f"/leaderboard/?board=cohort&course={course.slug}")
    assert page.status_code == 404
