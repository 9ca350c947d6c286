"""The pure half of booking: clocks that jump, and the promise that the list and the decision are
one."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.slots import Diary, Reason, Rules, Taken
from booking.walltime import Hours, Span, changes_of, instants

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NINE_TO_FIVE = (Hours(time(9), time(17)),)


def hours(text: str) -> Hours:
    start, _, end = text.partition("-")
    return Hours(time.fromisoformat(start), time.fromisoformat(end))


def rules(zone: str = "Europe/Berlin", *weekly: str, **others: Any) -> Rules:
    windows = tuple(hours(text) for text in weekly) or NINE_TO_FIVE
    return Rules(zone=zone, weekly=dict.fromkeys(range(7), windows), **others)


def span(start: str, end: str) -> Span:
    return Span(*(datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (start, end)))


def local(zone: str, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("zone", "on", "window", "expected"),
    [
        ("UTC", "2026-03-02", "09:00-10:00", [("2026-03-02T09:00", "2026-03-02T10:00")]),
        ("UTC", "2026-03-02", "22:00-00:00", [("2026-03-02T22:00", "2026-03-03T00:00")]),
        ("UTC", "2026-03-02", "22:00-02:00", [("2026-03-02T22:00", "2026-03-03T02:00")]),
        ("UTC", "2026-03-02", "00:00-00:00", [("2026-03-02T00:00", "2026-03-03T00:00")]),
        # The clocks go from 02:00 to 03:00: an hour of the window never happens.
        ("Europe/Berlin", "2026-03-29", "01:00-04:00", [("2026-03-29T00:00", "2026-03-29T02:00")]),
        ("Europe/Berlin", "2026-03-29", "02:00-03:00", []),
        ("Europe/Berlin", "2026-03-29", "02:30-03:30", [("2026-03-29T01:00", "2026-03-29T01:30")]),
        # From 03:00 back to 02:00: an hour happens twice.
        ("Europe/Berlin", "2026-10-25", "01:00-04:00", [("2026-10-24T23:00", "2026-10-25T03:00")]),
        (
            "Europe/Berlin",
            "2026-10-25",
            "02:00-02:30",
            [("2026-10-25T00:00", "2026-10-25T00:30"), ("2026-10-25T01:00", "2026-10-25T01:30")],
        ),
        # Half an hour of daylight saving, and a zone a quarter off.
        (
            "Australia/Lord_Howe",
            "2026-10-04",
            "01:00-03:00",
            [("2026-10-03T14:30", "2026-10-03T16:00")],
        ),
        ("Asia/Kathmandu", "2026-03-02", "09:00-10:00", [("2026-03-02T03:15", "2026-03-02T04:15")]),
        # Midnight itself does not exist on this date.
        (
            "America/Asuncion",
            "2023-10-01",
            "00:00-02:00",
            [("2023-10-01T04:00", "2023-10-01T05:00")],
        ),
        ("Africa/Cairo", "2026-04-24", "00:00-01:00", []),
        # A whole date that never was.
        ("Pacific/Apia", "2011-12-30", "09:00-17:00", []),
        ("Pacific/Apia", "2011-12-31", "00:00-01:00", [("2011-12-30T10:00", "2011-12-30T11:00")]),
    ],
)
def test_what_a_clock_shows(zone: str, on: str, window: str, expected: list) -> None:
    found = instants(zone, date.fromisoformat(on), hours(window))
    assert found == [span(*each) for each in expected]


def test_changes_are_found_to_the_second() -> None:
    assert changes_of("Europe/Berlin", 2026) == (
        datetime(2026, 3, 29, 1, tzinfo=UTC),
        datetime(2026, 10, 25, 1, tzinfo=UTC),
    )
    assert changes_of("UTC", 2026) == ()


ZONES = st.sampled_from(
    "UTC Europe/Berlin America/New_York America/St_Johns Asia/Kathmandu Australia/Lord_Howe "
    "Pacific/Kiritimati Pacific/Pago_Pago Pacific/Chatham Africa/Cairo America/Santiago "
    "Asia/Tehran Africa/Casablanca America/Asuncion".split()
)
DATES = st.dates(date(2022, 1, 1), date(2029, 12, 31))
CLOCK = st.times().map(lambda moment: moment.replace(minute=moment.minute // 5 * 5, second=0))
TIMES = CLOCK.map(lambda moment: moment.replace(microsecond=0))
WINDOWS = st.builds(Hours, TIMES, TIMES)


@given(zone=ZONES, on=DATES, window=WINDOWS)
def test_an_instant_is_within_iff_its_clock_says_so(zone: str, on: date, window: Hours) -> None:
    """Against the definition, minute by minute of the instants around that date."""
    found = instants(zone, on, window)
    first = datetime.combine(on, time(0), UTC) - timedelta(hours=15)
    begin, finish = datetime.combine(on, window.start), datetime.combine(on, window.end)
    if window.end <= window.start:
        finish += timedelta(days=1)
    for quarter in range(4 * 66):
        moment = first + timedelta(minutes=15 * quarter)
        shown = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        within = any(each.start <= moment < each.end for each in found)
        assert within == (begin <= shown < finish), (moment, shown)


class TestOffered:
    def test_a_plain_day(self) -> None:
        diary = Diary(rules("UTC", "09:00-12:00"), Taken(), now=NOON)
        day = span("2026-03-03T00:00", "2026-03-04T00:00")
        assert [start.hour for start in diary.offered(day, minutes=60)] == [9, 10, 11]
        assert [start.hour for start in diary.offered(day, minutes=90)] == [9, 10]
        assert diary.offered(day, minutes=200) == []

    def test_a_lesson_under_way_hides_what_it_covers(self) -> None:
        taken = Taken(blocked=(span("2026-03-03T09:30", "2026-03-03T11:00"),))
        diary = Diary(rules("UTC", "09:00-13:00", step_minutes=30), taken, now=NOON)
        day = span("2026-03-03T00:00", "2026-03-04T00:00")
        assert [f"{start:%H:%M}" for start in diary.offered(day, minutes=60)] == [
            "11:00",
            "11:30",
            "12:00",
        ]

    def test_buffers_add_up_and_may_lie_outside_of_hours(self) -> None:
        own = rules(
            "UTC",
            "09:00-13:00",
            step_minutes=15,
            buffer_before=timedelta(minutes=10),
            buffer_after=timedelta(minutes=20),
        )
        lesson = Diary(own, Taken(), now=NOON).blocked(
            datetime(2026, 3, 3, 9, tzinfo=UTC), minutes=60
        )
        assert lesson == span("2026-03-03T08:50", "2026-03-03T10:20")
        diary = Diary(own, Taken(blocked=(lesson,)), now=NOON)
        day = span("2026-03-03T00:00", "2026-03-04T00:00")
        assert f"{diary.offered(day, minutes=60)[0]:%H:%M}" == "10:30"

    def test_notice_and_horizon_in_the_tutors_zone(self) -> None:
        own = rules("Pacific/Auckland", notice=timedelta(hours=24), horizon_days=2)
        diary = Diary(own, Taken(), now=NOON)
        assert diary.reason(local("Pacific/Auckland", "2026-03-03T09:00"), minutes=60) is (
            Reason.TOO_SOON
        )
        assert diary.reason(local("Pacific/Auckland", "2026-03-05T09:00"), minutes=60) is None
        assert diary.reason(local("Pacific/Auckland", "2026-03-06T09:00"), minutes=60) is (
            Reason.TOO_FAR
        )

    def test_the_daily_cap_counts_the_tutors_dates(self) -> None:
        own = rules("America/Los_Angeles", "09:00-22:00", max_per_day=1)
        taken = Taken(lessons={date(2026, 3, 3): 1})
        diary = Diary(own, taken, now=NOON)
        late = local("America/Los_Angeles", "2026-03-03T20:00")
        assert late.date() == date(2026, 3, 4)
        assert diary.reason(late, minutes=60) is Reason.DAY_FULL
        assert diary.reason(late + timedelta(days=1), minutes=60) is None

    def test_an_override_replaces_its_date(self) -> None:
        own = rules(
            "UTC",
            overrides={date(2026, 3, 3): (), date(2026, 3, 4): (hours("20:00-22:00"),)},
        )
        diary = Diary(own, Taken(), now=NOON)
        two = span("2026-03-03T00:00", "2026-03-05T00:00")
        assert [f"{start:%d %H}" for start in diary.offered(two, minutes=60)] == ["04 20", "04 21"]

    def test_a_night_ends_at_midnight_where_the_next_date_is_special(self) -> None:
        special = {date(2026, 3, 4): ()}
        plain = Diary(rules("UTC", "22:00-02:00"), Taken(), now=NOON)
        clipped = Diary(rules("UTC", "22:00-02:00", overrides=special), Taken(), now=NOON)
        night = span("2026-03-03T12:00", "2026-03-04T12:00")
        assert [start.hour for start in plain.offered(night, minutes=60)] == [22, 23, 0, 1]
        assert [start.hour for start in clipped.offered(night, minutes=60)] == [22, 23]

    def test_a_lesson_may_run_from_one_window_into_the_next(self) -> None:
        diary = Diary(rules("UTC", "09:00-10:00", "10:00-11:00"), Taken(), now=NOON)
        assert diary.reason(datetime(2026, 3, 3, 9, tzinfo=UTC), minutes=120) is None

    def test_another_minute_is_off_the_grid(self) -> None:
        diary = Diary(rules("UTC", "09:00-12:00"), Taken(), now=NOON)
        assert diary.reason(datetime(2026, 3, 3, 9, 10, tzinfo=UTC), minutes=60) is Reason.OFF_GRID
        assert diary.reason(datetime(2026, 3, 3, 8, tzinfo=UTC), minutes=60) is (
            Reason.OUTSIDE_HOURS
        )


SPANS = st.builds(
    lambda start, length: Span(
        NOON + timedelta(minutes=start), NOON + timedelta(minutes=start + length)
    ),
    st.integers(-2000, 12000),
    st.integers(1, 300),
)


@given(
    zone=ZONES,
    on=DATES,
    windows=st.lists(WINDOWS, max_size=3),
    special=st.dictionaries(st.integers(-1, 3), st.lists(WINDOWS, max_size=2), max_size=2),
    blocked=st.lists(SPANS, max_size=4),
    minutes=st.sampled_from([25, 30, 45, 60, 90, 180]),
    step=st.sampled_from([None, 15, 30]),
    notice=st.integers(0, 2000),
    most=st.sampled_from([None, 0, 2]),
    offset=st.integers(0, 24 * 12 - 1),
)
def test_every_listed_start_can_be_booked_and_no_other(
    zone, on, windows, special, blocked, minutes, step, notice, most, offset
) -> None:
    now = datetime.combine(on, time(0), UTC) - timedelta(hours=10)
    shift = now - NOON
    own = Rules(
        zone=zone,
        weekly=dict.fromkeys(range(7), tuple(windows)),
        overrides={on + timedelta(days=n): tuple(each) for n, each in special.items()},
        step_minutes=step,
        buffer_before=timedelta(minutes=5),
        notice=timedelta(minutes=notice),
        horizon_days=2,
        max_per_day=most,
    )
    taken = Taken(blocked=tuple(Span(each.start + shift, each.end + shift) for each in blocked))
    whole = Span(now, now + timedelta(days=4))
    listed = set(Diary(own, taken, now=now).offered(whole, minutes=minutes))
    assert listed == {
        start
        for start in listed
        if Diary(own, taken, now=now).reason(start, minutes=minutes) is None
    }
    # One day's instants, five minutes apart, asked one by one with nothing remembered.
    for step_of in range(offset % 12, 24 * 12, 12):
        moment = now + timedelta(minutes=5 * step_of)
        bookable = Diary(own, taken, now=now).reason(moment, minutes=minutes) is None
        assert bookable == (moment in listed), moment
