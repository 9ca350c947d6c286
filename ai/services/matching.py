"""Finding tutors for a student: ranked in SQL, looked at once more by their diaries, explained
from the factors. A model may word the reasons and move somebody a little; it never adds one."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from ai import reasons, texts
from ai.gateways import chat
from ai.models import Match
from ai.queries.matching import Candidate, candidates, placed
from ai.schemas import MATCH
from ai.services import quotas
from ai.services.asking import Question, ask
from ai.wishes import Wishes, spans
from booking import queries
from booking.slots import Diary
from booking.walltime import Span
from tutorme.core import jobs

SIZE = 20
_SHOWN_STARTS = 3
_DAY = timedelta(days=1)
SHIFT = 5
Row = dict[str, Any]


def find(*, student: User, wishes: Wishes, now: datetime | None = None) -> Match:
    """Kept, so that its page can be come back to."""
    now = now or timezone.now()
    rows = candidates(wishes, student_id=student.pk, now=now)
    chosen, starts = _able(rows, wishes, now)
    shown = _shown(chosen, wishes, starts)
    return Match.objects.create(student=student, wishes=wishes.as_json(), results=shown)


def _able(
    rows: list[Candidate], wishes: Wishes, now: datetime
) -> tuple[list[Candidate], dict[UUID, list[datetime]]]:
    """Who is shown: asked for their diaries are those who would be, and others in the place of
    those who have no time after all."""
    starts: dict[UUID, list[datetime]] = {}
    while True:
        able = [row for row in rows if starts.get(row.pk, True)]
        chosen = placed(able, SIZE, lambda row: row.is_new)
        new = [row.pk for row in chosen if row.pk not in starts]
        if not new:
            return chosen, starts
        starts |= {pk: [] for pk in new} | _starts(wishes, new, now)


def _starts(wishes: Wishes, tutor_ids: Sequence[UUID], now: datetime) -> dict[UUID, list[datetime]]:
    """By their diaries, for what was noted down may be gone."""
    if not tutor_ids:
        return {}
    windows = spans(wishes, now)
    whole = Span(windows[0].start, windows[-1].end) if windows else None
    if whole is None:
        return {}
    known = queries.diaries(tutor_ids, whole, now=now)
    return {pk: list(_soonest(diary, windows, wishes)) for pk, diary in known.items()}


def _soonest(diary: Diary, windows: list[Span], wishes: Wishes) -> Iterator[datetime]:
    """A day at a time, for a fortnight has many starts and few are shown."""
    starts = (
        start
        for window in windows
        for day in _days(window)
        for start in diary.offered(day, minutes=wishes.minutes)
        if start + _length(wishes) <= window.end
    )
    return islice(starts, _SHOWN_STARTS)


def _days(window: Span) -> Iterator[Span]:
    start = window.start
    while start < window.end:
        yield Span(start, min(start + _DAY, window.end))
        start += _DAY


def _length(wishes: Wishes) -> timedelta:
    return timedelta(minutes=wishes.minutes)


def _shown(rows: list[Candidate], wishes: Wishes, starts: dict[UUID, list[datetime]]) -> list[Row]:
    found = User.objects.filter(pk__in=[row.pk for row in rows]).values_list(
        "pk", "username", "display_name", "tutor_profile__headline"
    )
    people = {pk: _Person(*facts) for pk, *facts in found}
    return [_row(row, people[row.pk], wishes, starts[row.pk]) for row in rows if row.pk in people]


class _Person(NamedTuple):
    username: str
    name: str
    headline: str


def _row(row: Candidate, person: _Person, wishes: Wishes, starts: list[datetime]) -> Row:
    zone = ZoneInfo(wishes.zone)
    return {
        "tutor": {
            "id": str(row.pk),
            "slug": person.username.lower(),
            "name": person.name,
            "headline": person.headline,
            "hourly_minor": row.hourly_minor,
            "currency": row.currency,
        },
        "score": row.score,
        "is_new": row.is_new,
        "reasons": reasons.breakdown(row, wishes),
        "sentence": reasons.sentence(row, wishes),
        "next_slots": [start.astimezone(zone).isoformat() for start in starts],
    }


# In words --------------------------------------------------------------------------------------


def put_in_words(*, match: Match) -> Match:
    """Asks for it once; the ranking stands, whether an answer comes or not."""
    chat.require_configured()
    with transaction.atomic():
        row = Match.objects.select_for_update(of=("self",), no_key=True).get(pk=match.pk)
        if row.job_id is None and row.results:
            on = quotas.take(row.student_id, "match")
            row.job = jobs.enqueue(
                "ai.word_match",
                key=f"ai.word_match:{row.pk}",
                args={"match_id": str(row.pk), "on": on.isoformat()},
                owner_id=row.student_id,
            )
            row.save(update_fields=["job"])
    return row


def ask_for_words(match_id: UUID) -> list[Row] | None:
    """The results as a model words and orders them; None where its answer is of no use. What is
    sent names nobody: tutors are t1, t2 …"""
    match = Match.objects.get(pk=match_id)
    keys = {f"t{place}": row for place, row in enumerate(match.results, start=1)}
    given = {
        "language": User.objects.values_list("locale", flat=True).get(pk=match.student_id),
        "wish": {name: match.wishes[name] for name in ("subjects", "level", "goals", "note")},
        "tutors": [
            {"key": key, "score": row["score"], "factors": row["reasons"]}
            for key, row in keys.items()
        ],
    }
    answer, _run = ask(Question("match", given, MATCH, match.student_id))
    return worded(match.results, answer.content) if answer.content is not None else None


def keep_words(match_id: UUID, rows: list[Row] | None, on: date | None) -> None:
    """None where there are none: the ranking stays as it is, and the day's allowance is given
    back. The caller holds the transaction that ends the job."""
    match = Match.objects.only("student_id").filter(pk=match_id).first()
    if match is None:
        return
    Match.objects.filter(pk=match_id).update(worded=rows)
    if rows is None:
        quotas.give_back(match.student_id, "match", on)


def worded(results: list[Row], content: Row) -> list[Row]:
    """Only of those who were sent, each once, and no further than five points."""
    said: dict[str, Row] = {}
    for row in content["tutors"]:
        said.setdefault(row["key"], row)
    rows = [
        _worded(row, said.get(f"t{place}"), place) for place, row in enumerate(results, start=1)
    ]
    rows.sort(key=lambda row: (-row["score"] - row["shift"], row["place"]))
    return placed(rows, len(rows), lambda row: bool(row["is_new"]))


def _worded(row: Row, said: Row | None, place: int) -> Row:
    shift = max(-SHIFT, min(SHIFT, said["shift"])) if said else 0
    reason = texts.plain(said["reason"]) if said else ""
    is_plain = reason and not any(mark in reason for mark in ("://", "www.", "@", "<", "]("))
    return {
        **row,
        "place": place,
        "shift": shift,
        "sentence": reason if is_plain else row["sentence"],
    }
