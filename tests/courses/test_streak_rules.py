"""The rules of a streak, as vectors and against a model that walks through every hour."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from courses import streaks
from courses.streaks import Day, Rests, Streak, local_date, replay

MONDAY = date(2026, 11, 16)
NEVER = Rests()
WEEKEND = Rests(((date.min, frozenset({5, 6})),))


def at(day: int, hour: float = 12) -> datetime:
    """So many days after Monday the 16th, in UTC."""
    return datetime(2026, 11, 16, tzinfo=UTC) + timedelta(days=day, hours=hour)


def days_of(moments: list[datetime], zone: str = "UTC") -> list[Day]:
    by_date: dict[date, list[datetime]] = {}
    for moment in moments:
        by_date.setdefault(local_date(zone, moment), []).append(moment)
    return [Day(on, min(found), max(found)) for on, found in sorted(by_date.items())]


def run_of(moments: list[datetime], rests: Rests = NEVER, zone: str = "UTC") -> Streak:
    return replay(days_of(moments, zone), rests)


def current(moments: list[datetime], now: datetime, rests: Rests = NEVER) -> int:
    streak = run_of(moments, rests)
    return streaks.standing(streak, today=local_date("UTC", now), now=now, rests=rests).current


def test_days_in_a_row_add_and_a_missed_one_ends_them() -> None:
    assert run_of([at(0), at(1), at(2)]).run == 3
    assert run_of([at(0), at(2), at(3)]).run == 2


def test_it_is_current_until_the_end_of_tomorrow() -> None:
    done = [at(0), at(1)]
    assert current(done, at(2, 23.99)) == 2
    assert current(done, at(3, 0)) == 2, "a day was missed, but not 36 hours passed"
    assert current(done, at(3, 0.01)) == 0


@pytest.mark.parametrize(("hours", "run"), [(36, 2), (36.01, 1)])
def test_a_gap_is_a_whole_date_and_more_than_36_hours(hours: float, run: int) -> None:
    late = at(0, 23)
    assert run_of([late, late + timedelta(hours=hours)]).run == run


def test_friday_to_monday_with_the_weekend_at_rest() -> None:
    friday, monday = at(4), at(7)
    assert run_of([friday, monday], WEEKEND).run == 2
    assert run_of([friday, monday], NEVER).run == 1
    assert current([friday], at(7, 23.9), WEEKEND) == 1
    assert current([friday], at(8, 0.1), WEEKEND) == 0


def test_learning_on_a_rest_day_counts_as_on_any_other() -> None:
    assert run_of([at(4), at(5), at(7)], WEEKEND).run == 3


def test_rest_days_hold_from_the_date_they_were_chosen_for() -> None:
    later = Rests(((MONDAY + timedelta(days=7), frozenset({5, 6})),))
    assert run_of([at(4), at(7)], later).run == 1
    assert run_of([at(11), at(14)], later).run == 2


def test_seven_days_earn_a_freeze_and_two_are_the_most() -> None:
    assert [run_of([at(n) for n in range(days)]).freezes for days in (6, 7, 13, 14, 28)] == [
        0, 1, 1, 2, 2,
    ]  # fmt: skip


def test_a_freeze_bridges_the_oldest_missed_day_and_adds_nothing() -> None:
    week = [at(n) for n in range(7)]
    streak = run_of([*week, at(8)])
    assert (streak.run, streak.freezes) == (8, 0)
    assert streak.frozen_on == (MONDAY + timedelta(days=7),)


def test_two_freezes_bridge_two_days_and_are_gone_when_a_third_is_missed() -> None:
    fortnight = [at(n) for n in range(14)]
    assert run_of([*fortnight, at(16)]).run == 15
    broken = run_of([*fortnight, at(17)])
    assert (broken.run, broken.freezes, broken.longest) == (1, 0, 14)


def test_while_nothing_happens_the_freezes_go_one_by_one() -> None:
    streak = run_of([at(n) for n in range(14)])

    def on(day: int) -> tuple[int, int]:
        today = MONDAY + timedelta(days=day)
        found = streaks.standing(streak, today=today, now=at(day, 13), rests=NEVER)
        return found.current, found.freezes

    assert [on(day) for day in (14, 15, 16, 17)] == [(14, 2), (14, 1), (14, 0), (0, 0)]


@pytest.mark.parametrize(
    ("zone", "utc", "local"),
    [
        ("Pacific/Kiritimati", "2026-11-20T09:59:59", "2026-11-20"),
        ("Pacific/Kiritimati", "2026-11-20T10:00:00", "2026-11-21"),
        ("Pacific/Pago_Pago", "2026-11-20T10:59:59", "2026-11-19"),
        ("Pacific/Pago_Pago", "2026-11-20T11:00:00", "2026-11-20"),
        ("Asia/Kathmandu", "2026-11-20T18:15:00", "2026-11-21"),
        ("Asia/Kathmandu", "2026-11-20T18:14:59", "2026-11-20"),
        ("Europe/Paris", "2026-03-29T00:59:59", "2026-03-29"),
        ("Europe/Paris", "2026-03-28T23:00:00", "2026-03-29"),
        ("Europe/Paris", "2026-10-25T22:59:59", "2026-10-25"),
        ("Europe/Paris", "2026-10-25T23:00:00", "2026-10-26"),
        ("UTC", "2026-11-20T23:59:59", "2026-11-20"),
        ("UTC", "2026-11-21T00:00:00", "2026-11-21"),
    ],
)
def test_the_date_is_the_learners_own(zone: str, utc: str, local: str) -> None:
    assert str(local_date(zone, datetime.fromisoformat(utc).replace(tzinfo=UTC))) == local


def test_no_zone_is_utc() -> None:
    assert streaks.calendar_zone("", "", None, at(0)) == "UTC"


@pytest.mark.parametrize("spring", ["2026-03-28T22:30", "2026-10-24T21:30"])
def test_both_clock_changes_leave_a_run_alone(spring: str) -> None:
    """Half past eleven in the evening, every evening, around the night the clocks change."""
    paris = ZoneInfo("Europe/Paris")
    first = datetime.fromisoformat(spring).replace(tzinfo=UTC).astimezone(paris)
    evenings = [
        datetime.combine(first.date() + timedelta(days=n), first.time(), paris) for n in range(4)
    ]
    assert run_of(evenings, zone="Europe/Paris").run == 4


def test_a_flight_from_los_angeles_to_auckland_loses_no_day() -> None:
    """Tuesday is jumped over: 27 hours lie between Monday evening and Wednesday evening."""
    there, here = ZoneInfo("America/Los_Angeles"), ZoneInfo("Pacific/Auckland")
    before = datetime(2026, 11, 16, 20, tzinfo=there)
    after = datetime(2026, 11, 18, 20, tzinfo=here)
    days = [Day(m.date(), m.astimezone(UTC), m.astimezone(UTC)) for m in (before, after)]
    assert (days[1].on - days[0].on).days == 2
    assert replay(days, NEVER).run == 2


def test_a_zone_is_followed_once_a_day_at_most() -> None:
    seen = [
        streaks.calendar_zone("Asia/Tokyo", "Europe/Paris", since, at(2))
        for since in (None, at(1, 12), at(1, 12.01))
    ]
    assert seen == ["Asia/Tokyo", "Asia/Tokyo", "Europe/Paris"]


# Against a model --------------------------------------------------------------------------------


def naive(moments: set[int], rests: Rests, until: int) -> tuple[int, int, int]:
    """Hour by hour, as somebody would do it with a calendar and a pencil: the run, the longest
    and the freezes left at that hour. A date that is over without anything done is missed once 36
    hours have passed too: then a freeze is crossed out for it, or the run is."""
    run = longest = freezes = 0
    last: int | None = None
    owed: list[date] = []
    active: set[date] = set()
    for hour in range(until + 1):
        day = at(0, hour).date()
        yesterday = day - timedelta(days=1)
        over = hour % 24 == 0 and hour > 0
        if over and run and yesterday not in active and not rests.on(yesterday):
            owed.append(yesterday)
        if last is not None and hour - last > 36:
            for _ in owed:
                freezes, run = (freezes - 1, run) if freezes else (0, 0)
            owed = []
        if hour in moments:
            owed = []
            if day not in active:
                run += 1
                freezes = min(2, freezes + 1) if run % 7 == 0 else freezes
            active.add(day)
            last, longest = hour, max(longest, run)
    return run, longest, freezes


hours = st.sets(st.integers(0, 24 * 40), max_size=60)
habits = st.lists(st.integers(0, 30), max_size=40).map(
    lambda gaps: {sum(gaps[: n + 1]) for n in range(len(gaps))}
)
resting = st.tuples(st.integers(0, 30), st.frozensets(st.integers(0, 6), max_size=2)).map(
    lambda row: Rests(((MONDAY + timedelta(days=row[0]), row[1]),))
)


@given(moments=hours | habits, rests=resting, wait=st.integers(0, 24 * 6))
@example(moments={0, 24, 48, 72, 96, 120, 144, 192}, rests=NEVER, wait=0)
def test_it_agrees_with_the_pencil(moments: set[int], rests: Rests, wait: int) -> None:
    until = max(moments, default=0) + wait
    now = at(0, until)
    streak = run_of([at(0, hour) for hour in moments], rests)
    seen = streaks.standing(streak, today=now.date(), now=now, rests=rests)
    assert (seen.current, streak.longest, seen.freezes) == naive(moments, rests, until)


@given(moments=habits, rests=resting, wait=st.integers(0, 24 * 6))
def test_what_is_kept_beside_it_says_the_same(moments: set[int], rests: Rests, wait: int) -> None:
    """The profile reads one row; the page reads the days. They agree at every hour."""
    now = at(0, max(moments, default=0) + wait)
    streak = run_of([at(0, hour) for hour in moments], rests)
    until, today = streaks.holds_on(streak, rests), now.date()
    stands = streaks.holds(until, streak.last_at, today=today, now=now)
    seen = streaks.standing(streak, today=today, now=now, rests=rests)
    assert (streak.run if stands else 0) == seen.current


@given(moments=habits, rests=resting, wait=st.integers(1, 24 * 6))
def test_what_is_read_is_what_the_next_thing_adds_to(
    moments: set[int], rests: Rests, wait: int
) -> None:
    last = max(moments, default=0)
    now = at(0, last + wait)
    before = run_of([at(0, hour) for hour in moments], rests)
    seen = streaks.standing(before, today=now.date(), now=now, rests=rests).current
    after = run_of([at(0, hour) for hour in {*moments, last + wait}], rests)
    assert after.run == seen + (before.last_on != now.date())
    assert after.longest >= before.longest
