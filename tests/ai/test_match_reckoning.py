"""A few are weighed; that they are the right ones is proved against weighing everybody."""

import random
from datetime import time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Subject, TutorProfile, TutorSubject, User
from ai.queries import matching
from ai.queries.matching import Sizes
from ai.wishes import LEVELS, Window, Wishes, offset_seconds, spans
from bench.matching import STATEMENTS
from booking.models import Booking, BookingChange, FreeStart, LessonType, TutorStanding
from tests.ai.test_matching import lesson

pytestmark = pytest.mark.django_db

TUTORS = 260
SPEAKS = {
    "native": Decimal(1), "fluent": Decimal(1), "conversational": Decimal("0.6"),
    "basic": Decimal("0.3"),
}  # fmt: skip


@pytest.fixture
def crowd() -> list[str]:
    """The bench's tutors, with figures, requests and starts that chance gave them."""
    chance = random.Random(7)
    families = list(Subject.Family.values)
    subjects = [f"x-{number}" for number in range(6)]
    for number, slug in enumerate(subjects):
        facts = {"name": f"X {number}", "family": families[number % 3]}
        Subject.objects.get_or_create(slug=slug, defaults=facts)
    given: Any = {"tutors": TUTORS, "subjects": subjects, "many": len(subjects)}
    with connection.cursor() as cursor:
        for statement in STATEMENTS[:-1]:
            cursor.execute(statement, given)
    for teaches in TutorSubject.objects.all():
        teaches.levels = chance.sample(LEVELS, k=chance.randint(1, 2))
        teaches.save()
    for row in TutorStanding.objects.all():
        row.reviews, row.lessons = chance.choice([0, 1, 5, 60]), chance.choice([0, 2, 9, 40])
        row.stars, row.marks = row.reviews * chance.randint(2, 5), chance.randint(0, 9)
        row.save()
    gone = [row.pk for row in FreeStart.objects.all() if chance.random() < 0.7]
    FreeStart.objects.filter(pk__in=gone).delete()
    return subjects


def weighed(wishes: Wishes, student: User, now: Any) -> list[tuple[int, Any, Any, Any, bool]]:
    """Everybody who fits: score, weighed mean, first start, id, whether new; best first."""
    stars = list(TutorStanding.objects.values_list("stars", "reviews"))
    site = Decimal(sum(s for s, _ in stars)) / sum(n for _, n in stars)
    rows = []
    for profile in TutorProfile.objects.filter(state="approved", is_listed=True):
        points, starts = _points(profile, wishes, student, now, site)
        if points is None:
            continue
        standing = profile.user.standing
        mean = _mean(standing, site)
        score = int(sum(points) + Decimal("0.5"))
        rows.append((score, mean, min(starts), profile.pk, standing.lessons < 5))
    key = lambda row: (-row[0], row[1] is None, -(row[1] or 0), row[2], row[3])  # noqa: E731
    return sorted(rows, key=key)


def _mean(standing: TutorStanding, site: Decimal) -> Decimal | None:
    if not standing.reviews:
        return None
    return (5 * site + standing.stars) / (5 + standing.reviews)


def _points(
    profile: TutorProfile, wishes: Wishes, student: User, now: Any, site: Decimal
) -> tuple[list[Decimal] | None, list[Any]]:
    fit = max((_fit(row, wishes) for row in profile.subject_rows.all()), default=Decimal(0))
    length = timedelta(minutes=wishes.minutes)
    starts = [
        row.starts_at
        for row in FreeStart.objects.filter(tutor=profile.pk, closes_at__gte=now)
        if row.ends_at - row.starts_at == length
        and any(s.start <= row.starts_at and row.ends_at <= s.end for s in spans(wishes, now))
    ]
    spoken = [SPEAKS[r.level] for r in profile.language_rows.all() if r.code in wishes.languages]
    if not fit or not starts or (wishes.languages and not spoken) or profile.pk == student.pk:
        return None, []
    standing = profile.user.standing
    mean = _mean(standing, site)
    lessons = standing.lessons + standing.marks
    kept = Decimal(standing.lessons) / lessons if lessons else Decimal("0.5")
    zone = abs(_offset(profile, now) - offset_seconds(wishes.zone, now)) / Decimal(3600)
    near = min(Decimal(1), max(Decimal(0), (12 - zone) / 10))
    return [
        30 * fit,
        20 * min(Decimal(1), Decimal(len(starts)) / 6),
        15 * ((mean - 1) / 4 if mean is not None else Decimal("0.5")),
        10 * (kept / 2 + _answered(profile, now) / 2),
        10 * _price(profile, wishes),
        5 * _goals(profile, wishes),
        5 * ((max(spoken) if spoken else Decimal("0.5")) / 2 + near / 2),
        5 * Decimal(Booking.objects.filter(student=student, tutor=profile.pk).exists()),
    ], starts


def _fit(row: TutorSubject, wishes: Wishes) -> Decimal:
    rank = LEVELS.index(wishes.level) if wishes.level else 0
    named = row.subject_id in wishes.subjects
    if not named and row.subject.family not in wishes.families:
        return Decimal(0)
    if wishes.level and not set(row.levels) & set(LEVELS[rank:]):
        return Decimal(0)
    if named and (not wishes.level or wishes.level in row.levels):
        return Decimal(1)
    one_above = LEVELS[min(rank + 1, len(LEVELS) - 1)]
    return Decimal("0.6") if named and one_above in row.levels else Decimal("0.3")


def _offset(profile: TutorProfile, now: Any) -> int:
    shift = now.astimezone(ZoneInfo(profile.user.schedule.time_zone)).utcoffset()
    return int(shift.total_seconds())


def _answered(profile: TutorProfile, now: Any) -> Decimal:
    day, shares = timedelta(days=1), []
    for booking in Booking.objects.filter(tutor=profile.pk, needs_approval=True):
        for asked in booking.changes.filter(state="pending_approval", created_at__lt=now - day):
            answer = booking.changes.filter(version=asked.version + 1, actor=profile.pk).first()
            shares.append(answer is not None and answer.created_at - asked.created_at <= day)
    return Decimal(sum(shares)) / len(shares) if shares else Decimal("0.5")


def _price(profile: TutorProfile, wishes: Wishes) -> Decimal:
    if wishes.budget_minor is None or profile.hourly_currency != wishes.currency:
        return Decimal("0.5")
    budget = Decimal(wishes.budget_minor)
    asked = Decimal(profile.hourly_minor or 0)
    share = (Decimal("1.3") * budget - asked) / (Decimal("0.6") * budget)
    return min(Decimal(1), max(Decimal(0), share))


def _goals(profile: TutorProfile, wishes: Wishes) -> Decimal:
    if not wishes.goals:
        return Decimal("0.5")
    tags = {*profile.session_formats, *(row.subject_id for row in profile.subject_rows.all())}
    wanted = {goal.casefold() for goal in wishes.goals}
    return Decimal(len(tags & wanted)) / len(tags | wanted)


def wishes_of(kind: str, subjects: list[str]) -> Wishes:
    base: dict[str, Any] = {"zone": "Europe/Paris", "budget_minor": 3000, "currency": "EUR"}
    everything = tuple(Subject.Family.values)
    days = tuple(Window(day, time(8), time(20)) for day in (1, 3, 5))
    mornings = tuple(Window(day, time(9), time(11)) for day in (1, 3))
    return {
        "everybody": Wishes(families=everything, **base),
        "subject": Wishes(subjects=(subjects[0],), level="beginner", languages=("en",), **base),
        "hours": Wishes(families=everything, windows=mornings, **base),
        "days": Wishes(families=everything, windows=days, **base),
        "goals": Wishes(families=everything, goals=("One_to_one", subjects[1])),
    }[kind]


def asked(tutor: User, *, after: timedelta) -> None:
    """For a lesson nine days ago; answered so much later."""
    booking = Booking.objects.get(tutor=tutor)
    Booking.objects.filter(pk=booking.pk).update(needs_approval=True)
    then = timezone.now() - timedelta(days=9)
    for version, state, actor, at in (
        (5, "pending_approval", booking.student, then),
        (6, "confirmed", tutor, then + after),
    ):
        BookingChange.objects.create(
            booking=booking, version=version, state=state, actor=actor, created_at=at
        )


@pytest.mark.parametrize("kind", ["everybody", "subject", "hours", "days", "goals"])
def test_the_best_are_those_of_weighing_everybody(sam, crowd, kind: str) -> None:
    tutors = list(User.objects.filter(standing__isnull=False).order_by("pk"))[:3]
    for tutor in tutors:
        LessonType.objects.create(
            tutor=tutor, title="Lesson", minutes=60, price_minor=3000, currency="EUR"
        )
        lesson(tutor, sam)
    asked(tutors[0], after=timedelta(hours=2))
    asked(tutors[1], after=timedelta(hours=30))
    wishes, now = wishes_of(kind, crowd), timezone.now()
    everybody = weighed(wishes, sam, now)
    best = everybody[:60]
    new = [row for row in everybody if row[4]][:12]
    expected = [(row[0], row[3]) for row in best + [row for row in new if row not in best]]
    for sizes in (Sizes(), Sizes(listed=61, first=7, more=5), Sizes(200, 62, 1000)):
        found = matching.candidates(wishes, student_id=sam.pk, now=now, sizes=sizes)
        assert [(row.score, row.pk) for row in found] == expected, sizes
    if kind in {"hours", "days"}:
        assert len(everybody) > 200
        few = without_doubt(wishes, sam, now)
        assert [pk for _score, pk in expected][: len(few)] != few, "weighing who is in doubt is why"


def without_doubt(wishes: Wishes, student: User, now: Any) -> list[Any]:
    """The control: only the first of those who could reach most, and no look at who else could."""
    with connection.cursor() as cursor:
        parameters = matching._parameters(wishes, student.pk, now)
        search = matching.Search(cursor, parameters, has_hours=bool(wishes.windows))
        search.weigh(search.listed(Sizes.listed)[:62])
        return [row[0] for row in search._top()]


@pytest.mark.parametrize("hours", ["hours", "days"])
def test_few_hours_are_counted_for_all_at_once(sam, crowd, hours: str) -> None:
    """At once where the hours are short; else where many are in doubt."""
    wishes, now = wishes_of(hours, crowd), timezone.now()
    expected = [(row[0], row[3]) for row in weighed(wishes, sam, now)[:60]]
    assert expected
    with connection.cursor() as cursor:
        parameters = matching._parameters(wishes, sam.pk, now)
        search = matching.Search(cursor, parameters, has_hours=True)
        found = search.best(Sizes(listed=500, first=7, more=5))
    assert search.by_time
    assert [(row.score, row.pk) for row in found[:60]] == expected
