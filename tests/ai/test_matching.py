"""Who is found, in which order, and why."""

from datetime import time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Subject, TutorLanguage, TutorProfile, TutorSubject, User
from ai.models import Match
from ai.queries import matching as ranking
from ai.services import matching
from ai.wishes import Window, Wishes, spans
from booking.models import Booking, LessonType, Schedule, TutorStanding, WeeklyHours
from booking.services.free_times import rebuild
from realtime.models import Block
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def subjects() -> None:
    for slug, family in (("algebra", "maths"), ("geometry", "maths"), ("french", "languages")):
        Subject.objects.get_or_create(
            slug=f"x-{slug}", defaults={"name": f"X {slug}", "family": family}
        )


def teaching(
    name: str,
    *,
    subject: str = "x-algebra",
    levels: list[str] | None = None,
    languages: dict[str, str] | None = None,
    price: int = 3000,
    hours: tuple[int, int] = (9, 17),
    zone: str = "Europe/Paris",
) -> User:
    user = cast.tutor(name, time_zone=zone)
    TutorProfile.objects.filter(pk=user.pk).update(hourly_minor=price)
    TutorSubject.objects.create(
        profile_id=user.pk, subject_id=subject, levels=levels or ["beginner"]
    )
    for code, level in (languages or {"en": "native"}).items():
        TutorLanguage.objects.create(profile_id=user.pk, code=code, level=level)
    schedule = Schedule.objects.create(tutor=user, time_zone=zone, notice_minutes=0)
    for day in range(7):
        WeeklyHours.objects.create(
            schedule=schedule, day_of_week=day, starts=time(hours[0]), ends=time(hours[1])
        )
    LessonType.objects.create(
        tutor=user, title="Lesson", minutes=60, price_minor=price, currency="EUR"
    )
    rebuild(user.pk)
    return user


def wish(**facts: Any) -> Wishes:
    return Wishes(**{"subjects": ("x-algebra",), "level": "beginner", **facts})


def names(student: User, **facts: Any) -> list[str]:
    return [
        row["tutor"]["name"] for row in matching.find(student=student, wishes=wish(**facts)).results
    ]


def factors(student: User, **facts: Any) -> dict[str, Decimal]:
    found = ranking.candidates(wish(**facts), student_id=student.pk, now=timezone.now())
    return found[0].points


def test_only_who_teaches_it_at_the_level_or_above(sam) -> None:
    teaching("Exact")
    teaching("Above", levels=["intermediate"])
    teaching("Far", levels=["advanced"])
    teaching("Other", subject="x-french")
    assert names(sam) == ["Exact", "Above", "Far"]
    assert names(sam, level="advanced") == ["Far"]
    assert names(sam, level="expert") == []


def test_a_family_finds_its_subjects_and_counts_less(sam) -> None:
    teaching("Near", subject="x-geometry")
    assert names(sam) == []
    assert names(sam, families=("maths",)) == ["Near"]
    assert factors(sam, families=("maths",))["subject"] == 9


@pytest.mark.parametrize(
    ("levels", "points"),
    [(["beginner"], 30), (["intermediate"], 18), (["advanced"], 9), (["expert", "beginner"], 30)],
)
def test_the_fit_of_the_level(sam, levels: list[str], points: int) -> None:
    teaching("Some", levels=levels)
    assert factors(sam)["subject"] == points


def test_who_cannot_be_found(sam) -> None:
    for name, change in (
        ("Draft", {"state": "draft"}),
        ("Resting", {"is_listed": False}),
        ("Seen", {}),
    ):
        user = teaching(name)
        TutorProfile.objects.filter(pk=user.pk).update(**change)
    gone = teaching("Gone")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    assert names(sam) == ["Seen"]
    seen = User.objects.get(username="seen")
    assert names(seen) == [], "nobody finds themselves"


@pytest.mark.parametrize("who_blocks", ["student", "tutor"])
def test_whoever_is_blocked_is_not_found(sam, who_blocks: str) -> None:
    tutor = teaching("Loud")
    other = teaching("Calm")
    Block.objects.create(blocker=other, blocked=tutor)
    assert sorted(names(sam)) == ["Calm", "Loud"], "other people's blocks are no matter"
    one, two = (sam, tutor) if who_blocks == "student" else (tutor, sam)
    Block.objects.create(blocker=one, blocked=two)
    assert names(sam) == ["Calm"]


def test_hours_are_the_students_own(sam) -> None:
    """Paris from nine to five is eight to four in Lagos, in winter, and nine to five in summer."""
    teaching("Day")
    evening = tuple(Window(day, time(20), time(23)) for day in range(7))
    noon = tuple(Window(day, time(11), time(13)) for day in range(7))
    assert names(sam, windows=evening, zone="Africa/Lagos") == []
    assert names(sam, windows=noon, zone="Africa/Lagos") == ["Day"]


def test_the_lesson_has_to_fit(sam) -> None:
    teaching("Day")
    assert names(sam, minutes=90) == []


def test_availability_counts_up_to_six(sam) -> None:
    teaching("Day")
    day = (timezone.now() + timedelta(days=3)).isoweekday() % 7
    three = (Window(day, time(10), time(13)),)
    assert factors(sam, windows=three, zone="Europe/Paris")["availability"] == 20
    two = (Window(day, time(10), time(11)),)
    points = factors(sam, windows=two, zone="Europe/Paris")["availability"]
    assert round(points, 2) == Decimal("6.67"), "one start in each of two weeks"


def test_a_start_is_counted_where_the_whole_lesson_fits(sam) -> None:
    """Ten, eleven and twelve begin in the window; what begins at twelve ends after it."""
    teaching("Day")
    day = (timezone.now() + timedelta(days=3)).isoweekday() % 7
    window = (Window(day, time(10), time(12, 30)),)
    facts = {"windows": window, "zone": "Europe/Paris"}
    found = ranking.candidates(wish(**facts), student_id=sam.pk, now=timezone.now())
    assert found[0].slots == 4, "two in each of two weeks"
    short = (Window(day, time(10), time(10, 30)),)
    assert names(sam, windows=short, zone="Europe/Paris") == []


@pytest.mark.parametrize(
    ("price", "points"),
    [(2000, 10), (2100, 10), (3000, 5), (3900, 0), (9000, 0)],
)
def test_price_falls_in_a_line(sam, price: int, points: int) -> None:
    teaching("Some", price=price)
    found = factors(sam, budget_minor=3000, currency="EUR")
    assert round(found["price"], 2) == points


def test_a_strict_budget_leaves_out(sam) -> None:
    teaching("Dear", price=3100)
    teaching("Fair", price=3000)
    facts = {"budget_minor": 3000, "currency": "EUR"}
    assert names(sam, **facts) == ["Fair", "Dear"]
    assert names(sam, is_strict=True, **facts) == ["Fair"]
    assert names(sam, is_strict=True, budget_minor=9000, currency="USD") == []


def test_languages_filter_and_count(sam) -> None:
    teaching("Basic", languages={"de": "basic"})
    teaching("Native", languages={"de": "native"})
    teaching("English")
    assert names(sam, languages=("de",)) == ["Native", "Basic"]


def test_what_is_not_known_counts_half(sam) -> None:
    teaching("New")
    found = factors(sam)
    assert found["rating"] == Decimal("7.5")
    assert found["reliability"] == 5
    assert found["price"] == 5
    assert found["goals"] == Decimal("2.5")
    assert found["continuity"] == 0


def standing(tutor: User, **facts: int) -> None:
    TutorStanding.objects.update_or_create(tutor=tutor, defaults=facts)


def lesson(tutor: User, student: User) -> None:
    start = timezone.now() - timedelta(days=10)
    kind = LessonType.objects.get(tutor=tutor)
    Booking.objects.create(
        tutor=tutor, student=student, lesson_type=kind, state="completed", starts_at=start,
        ends_at=start + timedelta(hours=1), blocked_from=start,
        blocked_until=start + timedelta(hours=1), on=start.date(), tutor_zone="UTC",
        price_minor=3000, currency="EUR", cancellation="strict",
    )  # fmt: skip


def test_having_been_taught_and_kept_lessons_count(sam, otto) -> None:
    tutor = teaching("Known")
    lesson(tutor, sam)
    standing(tutor, lessons=3, marks=1)
    found = factors(sam)
    assert found["continuity"] == 5
    assert found["reliability"] == Decimal("6.25"), "3 of 4 kept, nothing known of requests"


def test_a_rating_is_weighed_by_how_many_gave_it(sam) -> None:
    """Five reviews of the site's mean stand before each tutor's own."""
    often, once, poor = teaching("Often"), teaching("Once"), teaching("Poor")
    standing(often, reviews=40, stars=196)
    standing(once, reviews=1, stars=5)
    standing(poor, reviews=40, stars=80)
    found = ranking.candidates(wish(), student_id=sam.pk, now=timezone.now())
    assert [row.pk for row in found] == [often.pk, once.pk, poor.pk]
    site = Decimal(281) / 81
    expected = ((5 * site + 5) / 6 - 1) / 4 * 15
    assert round(found[1].points["rating"], 6) == round(expected, 6)
    assert found[1].mean == 5, "what people are told is what was given"


def test_every_fifth_place_is_for_somebody_new(sam, otto) -> None:
    for number in range(8):
        standing(teaching(f"Old{number}"), lessons=5)
    teaching("Newcomer", levels=["advanced"])
    found = matching.find(student=sam, wishes=wish()).results
    assert [row["is_new"] for row in found].index(True) == 4
    assert found[4]["tutor"]["name"] == "Newcomer"
    assert found[4]["score"] < found[5]["score"]


def test_points_add_up_and_are_rounded_half_up(sam) -> None:
    teaching("Sum")
    row = matching.find(student=sam, wishes=wish()).results[0]
    total = sum(Decimal(factor["points"]) for factor in row["reasons"])
    assert row["score"] == int(total + Decimal("0.5"))
    assert sum(factor["of"] for factor in row["reasons"]) == 100
    assert row["sentence"].startswith("Teaches it at your level")
    assert len(row["next_slots"]) == 3


def test_a_time_that_was_taken_meanwhile_is_not_offered(sam, otto) -> None:
    """What was noted down says free; the diary says no."""
    tutor = teaching("Busy")
    Schedule.objects.filter(tutor=tutor).update(is_open=False)
    assert names(sam) == []


def worded(match: Match, drain) -> Match:
    matching.put_in_words(match=match)
    drain()
    match.refresh_from_db()
    return match


def rows_of(match: Match) -> list[dict[str, Any]]:
    assert match.worded is not None
    return match.worded


def test_a_model_may_word_it(sam, sandbox, drain) -> None:
    teaching("Some")
    match = worded(matching.find(student=sam, wishes=wish()), drain)
    assert rows_of(match)[0]["sentence"]
    assert rows_of(match)[0]["tutor"] == match.results[0]["tutor"]
    sent = sandbox.recorder.exchanges[-1].body.decode()
    assert "Some" not in sent, "nobody's name leaves"
    assert sam.email not in sent


def test_a_lying_model_adds_nobody_and_moves_nobody_far(sam, sandbox, drain) -> None:
    for name in ("One", "Two", "Three"):
        teaching(name, levels=["beginner"] if name != "Three" else ["advanced"])
    sandbox.fault("chat", "lie", provider="openrouter")
    match = worded(matching.find(student=sam, wishes=wish()), drain)
    assert {row["tutor"]["id"] for row in rows_of(match)} == {
        row["tutor"]["id"] for row in match.results
    }
    assert rows_of(match)[-1]["tutor"]["name"] == "Three"
    assert all(abs(row["shift"]) <= 5 for row in rows_of(match))


def test_injected_reasons_are_not_shown(sam, sandbox, drain) -> None:
    teaching("Some")
    sandbox.fault("chat", "inject", provider="openrouter")
    match = worded(matching.find(student=sam, wishes=wish()), drain)
    assert "<" not in rows_of(match)[0]["sentence"]
    assert "evil.example" not in rows_of(match)[0]["sentence"]


def test_provider_down_is_the_same_ranking(sam, sandbox, drain) -> None:
    teaching("Some")
    sandbox.fault("chat", "blocked", provider="openrouter")
    match = worded(matching.find(student=sam, wishes=wish()), drain)
    assert match.worded is None
    assert match.results[0]["sentence"].startswith("Teaches it at your level")


def test_spans_follow_the_clock_change() -> None:
    from datetime import UTC, datetime

    now = datetime(2027, 3, 22, 12, tzinfo=UTC)
    windows = tuple(Window(day, time(9), time(10)) for day in range(7))
    found = spans(Wishes(windows=windows, zone="Europe/Paris"), now)
    assert {span.start.hour for span in found} == {8, 7}
    assert len(found) == 14
