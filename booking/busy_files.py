"""Busy times out of iCalendar: events that take time, their repetitions, and published free/busy.
Pure; what a stranger's file can ask for is bounded."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from icalendar import Calendar
from icalendar.error import BrokenCalendarProperty

from booking.walltime import Span

MOST = 5000
_MOST_OF_ONE = 1000
# A rule that repeats within a day would be walked through from its first year on.
_RULES = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}
_OLDEST = 1990


class NotACalendar(Exception):
    pass


class TooMany(Exception):
    pass


@dataclass(frozen=True)
class Found:
    reference: str
    span: Span


def read(content: bytes, between: Span, *, zone: str) -> list[Found]:
    """What takes time within `between`. Times without a zone are of `zone`."""
    try:
        found = list(islice(_all(content, between, ZoneInfo(zone)), MOST + 1))
    except _MALFORMED as error:
        raise NotACalendar from error
    if len(found) > MOST:
        raise TooMany
    return found


# Any line may be missing, doubled, or of another kind than its name says. One that cannot be read
# spoils the whole: a busy time left out without a word would be booked.
_MALFORMED = (
    BrokenCalendarProperty,
    ValueError,
    TypeError,
    AttributeError,
    KeyError,
    IndexError,
    OverflowError,
)


def _all(content: bytes, between: Span, zone: tzinfo) -> Iterator[Found]:
    calendar = Calendar.from_ical(content)
    if calendar.name != "VCALENDAR":
        raise NotACalendar
    events = calendar.walk("VEVENT")
    changed = _changed(events, zone)
    for event in events:
        yield from _of(event, between, zone, changed)
    for published in calendar.walk("VFREEBUSY"):
        yield from _published(published, between)


Changed = dict[str, set[datetime]]


def _changed(events: list[Any], zone: tzinfo) -> Changed:
    """Repetitions that were moved or called off are events of their own; the rule's are left."""
    found: Changed = {}
    for event in events:
        if "RECURRENCE-ID" in event:
            at = _instant(event["RECURRENCE-ID"].dt, zone)
            found.setdefault(str(event.get("UID", "")), set()).add(at)
    return found


def _of(event: Any, between: Span, zone: tzinfo, changed: Changed) -> Iterator[Found]:
    uid = str(event.get("UID", ""))
    free = str(event.get("TRANSP", "")).upper() == "TRANSPARENT"
    if free or str(event.get("STATUS", "")).upper() == "CANCELLED" or "DTSTART" not in event:
        return
    start = event["DTSTART"].dt
    length = _length(event, start, zone)
    if length <= timedelta(0):
        return
    repeats = "RRULE" in event and "RECURRENCE-ID" not in event
    starts = _repeated(event, start, between, zone, length) if repeats else [_instant(start, zone)]
    left_out = changed.get(uid, set()) if repeats else set()
    for at in starts:
        span = Span(at, at + length)
        if at not in left_out and span.overlaps(between):
            yield Found(uid, span)


def _length(event: Any, start: date | datetime, zone: tzinfo) -> timedelta:
    if "DTEND" in event:
        return _instant(event["DTEND"].dt, zone) - _instant(start, zone)
    if "DURATION" in event:
        length: timedelta = event["DURATION"].dt
        return length
    # A date without an end is that day; a moment without one takes no time.
    return timedelta(0) if isinstance(start, datetime) else timedelta(days=1)


def _instant(value: date | datetime, zone: tzinfo) -> datetime:
    if not isinstance(value, datetime):
        value = datetime.combine(value, time(0))
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)


def _repeated(
    event: Any, start: date | datetime, between: Span, zone: tzinfo, length: timedelta
) -> list[datetime]:
    """By the wall clock of the event's own zone, so that nine o'clock stays nine o'clock."""
    own = (start.tzinfo if isinstance(start, datetime) else None) or zone
    rule = event["RRULE"]
    rule = rule[0] if isinstance(rule, list) else rule
    if str((rule.get("FREQ") or [""])[0]).upper() not in _RULES:
        raise TooMany
    wall = _wall(start, own)
    if wall.year < _OLDEST:
        raise TooMany
    first = (between.start - length).astimezone(own).replace(tzinfo=None)
    last = between.end.astimezone(own).replace(tzinfo=None)
    walked = rrulestr(_text(rule, own), dtstart=wall).xafter(first, inc=True)
    walls = list(islice(_until(walked, last), _MOST_OF_ONE + 1))
    if len(walls) > _MOST_OF_ONE:
        raise TooMany
    left_out = {_instant(each, own) for each in _dates(event, "EXDATE")}
    added = [_instant(each, own) for each in _dates(event, "RDATE")]
    starts = {each.replace(tzinfo=own).astimezone(UTC) for each in walls} | set(added)
    return sorted(starts - left_out)


def _until(walked: Any, last: datetime) -> Iterator[datetime]:
    for each in walked:
        if each >= last:
            return
        yield each


def _wall(value: date | datetime, zone: tzinfo) -> datetime:
    return _instant(value, zone).astimezone(zone).replace(tzinfo=None)


def _text(rule: Any, zone: tzinfo) -> str:
    """The rule with its end as wall time, as its walk is."""
    parts = dict(rule)
    ends = parts.get("UNTIL")
    if ends:
        parts["UNTIL"] = [_wall(each, zone) for each in ends]
    text: bytes = type(rule)(parts).to_ical()
    return text.decode()


def _dates(event: Any, name: str) -> Iterator[date | datetime]:
    rows = event.get(name, [])
    for row in rows if isinstance(rows, list) else [rows]:
        for each in row.dts:
            yield each.dt[0] if isinstance(each.dt, tuple) else each.dt


def _published(row: Any, between: Span) -> Iterator[Found]:
    periods = row.get("FREEBUSY", [])
    for index, period in enumerate(periods if isinstance(periods, list) else [periods]):
        if str(period.params.get("FBTYPE", "BUSY")).upper() == "FREE":
            continue
        start, end = _instant(period.start, UTC), _instant(period.end, UTC)
        if start < end and Span(start, end).overlaps(between):
            yield Found(f"{row.get('UID', '')}:{index}", Span(start, end))
