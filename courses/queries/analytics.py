"""What a course's author may know of its learners: sums, and by name only who needs help.

Every part is one query, however many people there are.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Avg, Count, F, FilteredRelation, Q, Sum
from django.db.models.functions import TruncMonth

from courses.models import AttemptAnswer, Course, CourseRating, Enrollment
from courses.queries.needing_help import QUIET, Stuck, stuck
from payments.models import Order
from payments.models.orders import PAID_STATES
from tutorme.core.money import Money

WEEKS = 12


@dataclass(frozen=True)
class Step:
    """A lesson on the way. `lost` opened it and finished neither it nor anything after it."""

    lesson_id: UUID
    title: str
    kind: str
    opened: int
    completed: int
    lost: int


@dataclass(frozen=True)
class Week:
    starts_on: date
    enrolled: int
    completed: int


@dataclass(frozen=True)
class Item:
    """A question as it fared at first attempts: `facility` is how many of a hundred points were
    earned."""

    prompt: str
    lesson: str
    answers: int
    facility: int


@dataclass(frozen=True)
class Numbers:
    enrolled: int
    completed: int
    active: int
    percent: int

    @property
    def completion(self) -> int:
        return 100 * self.completed // self.enrolled if self.enrolled else 0


# What was read is gone through once: behind the third wall each of its rows is asked about.
_LOST = """
WITH gone AS MATERIALIZED (
    SELECT p.enrollment_id, p.lesson_id, p.completed_at, l.position, l.is_published, e.state,
           e.last_activity_at
    FROM courses_enrollment e
    JOIN courses_lessonprogress p ON p.enrollment_id = e.id
    JOIN courses_lesson l ON l.id = p.lesson_id AND l.course_id = e.course_id
    WHERE e.course_id = %(course)s AND e.state <> 'cancelled'
), last AS (
    SELECT enrollment_id, max(position) AS position FROM gone
    WHERE state = 'active' AND is_published GROUP BY enrollment_id
), stood AS (
    SELECT lesson_id, count(*) AS opened, count(completed_at) AS completed,
           count(*) FILTER (WHERE completed_at IS NULL AND last.position = gone.position
                            AND last_activity_at < %(quiet)s) AS lost
    FROM gone LEFT JOIN last USING (enrollment_id) GROUP BY lesson_id
)
SELECT l.id, l.title, l.kind, coalesce(opened, 0), coalesce(completed, 0), coalesce(lost, 0)
FROM courses_lesson l LEFT JOIN stood ON stood.lesson_id = l.id
WHERE l.course_id = %(course)s AND l.is_published ORDER BY l.position
"""


def funnel(course: Course, now: datetime) -> list[Step]:
    with connection.cursor() as cursor:
        cursor.execute(_LOST, {"course": course.pk, "quiet": now - QUIET})
        return [Step(*row) for row in cursor.fetchall()]


# The numbers stand beside every week, and alone where no week has anything.
_WEEKS = """
WITH places AS (
    SELECT * FROM courses_enrollment WHERE course_id = ANY(%(courses)s)
), grouped AS (
    SELECT week::date, sum(enrolled) AS enrolled, sum(completed) AS completed FROM (
        SELECT date_trunc('week', created_at AT TIME ZONE 'UTC') AS week, 1 AS enrolled,
               0 AS completed
        FROM places WHERE created_at >= %(since)s
        UNION ALL
        SELECT date_trunc('week', completed_at AT TIME ZONE 'UTC'), 0, 1
        FROM places WHERE completed_at >= %(since)s
    ) AS rows GROUP BY week
), numbers AS (
    SELECT count(*), count(completed_at), count(*) FILTER (WHERE last_activity_at >= %(active)s),
           coalesce(floor(avg(percent)), 0)::int
    FROM places WHERE state <> 'cancelled'
)
SELECT numbers.*, grouped.week, grouped.enrolled, grouped.completed
FROM numbers LEFT JOIN grouped ON true
"""


def by_week(course_ids: list[UUID], now: datetime) -> tuple[Numbers, list[Week]]:
    """The numbers, and the last twelve weeks, this one included, without gaps."""
    today = now.astimezone(UTC).date()
    first = today - timedelta(days=today.weekday(), weeks=WEEKS - 1)
    since = datetime(first.year, first.month, first.day, tzinfo=UTC)
    facts: dict[str, Any] = {"courses": course_ids, "since": since, "active": now - QUIET}
    with connection.cursor() as cursor:
        cursor.execute(_WEEKS, facts)
        rows = cursor.fetchall()
    found = {row[4]: (int(row[5]), int(row[6])) for row in rows if row[4]}
    mondays = [first + timedelta(weeks=n) for n in range(WEEKS)]
    weeks = [Week(monday, *found.get(monday, (0, 0))) for monday in mondays]
    return Numbers(*rows[0][:4]), weeks


def hardest(course: Course) -> list[Item]:
    """Questions by what was earned at first attempts, the hardest first; from five answers on."""
    first = AttemptAnswer.objects.filter(
        attempt__lesson__course=course,
        attempt__number=1,
        attempt__state="graded",
        points__isnull=False,
    )
    rows = (
        first.order_by()
        .values("question_id", "question__prompt", "attempt__lesson__title")
        .annotate(n=Count("pk"), share=Sum("points") / Sum("question__points"))
        .filter(n__gte=5)
        .order_by("share", "question_id")[:10]
    )
    return [
        Item(
            row["question__prompt"],
            row["attempt__lesson__title"],
            row["n"],
            int(100 * row["share"]),
        )
        for row in rows
    ]


@dataclass(frozen=True)
class Takings:
    """What was paid less what went back, by month and currency."""

    month: date
    net: Money
    orders: int


def takings(course_ids: list[UUID]) -> list[Takings]:
    rows = (
        Order.objects.filter(kind="course", target_id__in=course_ids, state__in=PAID_STATES)
        .exclude(captured_at=None)
        .annotate(month=TruncMonth("captured_at", tzinfo=UTC))
        .order_by("month", "currency")
        .values("month", "currency")
        .annotate(net=Sum(F("amount_minor") - F("refunded_minor")), n=Count("pk"))
    )
    return [
        Takings(row["month"].date(), Money(int(row["net"]), row["currency"]), row["n"])
        for row in rows
    ]


@dataclass(frozen=True)
class RatingMonth:
    month: date
    count: int
    average: float


def ratings(course: Course) -> list[RatingMonth]:
    rows = (
        CourseRating.objects.filter(course=course, is_hidden=False)
        .annotate(month=TruncMonth("created_at", tzinfo=UTC))
        .order_by("month")
        .values("month")
        .annotate(n=Count("pk"), average=Avg("rating"))
    )
    return [RatingMonth(r["month"].date(), r["n"], round(float(r["average"]), 2)) for r in rows]


@dataclass(frozen=True)
class Analytics:
    numbers: Numbers
    funnel: list[Step]
    weeks: list[Week]
    hardest: list[Item]
    stuck: list[Stuck]
    takings: list[Takings]
    ratings: list[RatingMonth]


def analytics(course: Course, now: datetime) -> Analytics:
    """Six queries."""
    numbers, weeks = by_week([course.pk], now)
    return Analytics(
        numbers=numbers,
        funnel=funnel(course, now),
        weeks=weeks,
        hardest=hardest(course),
        stuck=stuck([course.pk], now)[course.pk],
        takings=takings([course.pk]),
        ratings=ratings(course),
    )


def learners(course: Course) -> Any:
    """Display name, state and percent: nothing else of a learner is an author's to see."""
    rows = Enrollment.objects.open().filter(course=course).order_by("created_at", "id")
    columns = ("user__display_name", "user__username", "state", "percent")
    return rows.values_list(*columns).iterator(chunk_size=2000)


@dataclass(frozen=True)
class Taught:
    """One course on its author's desk."""

    id: UUID
    slug: str
    title: str
    category: str
    state: str
    enrolled: int
    completed: int
    active: int


def taught(user_id: UUID, now: datetime) -> list[Taught]:
    open_ = Q(place__state__in=("active", "completed"))
    rows = (
        Course.objects.filter(instructor_id=user_id)
        .annotate(place=FilteredRelation("enrollments"))
        .order_by("-updated_at", "-id")
        .values("id", "slug", "title", "category", "state")
        .annotate(
            enrolled=Count("place", filter=open_),
            completed=Count("place", filter=Q(place__completed_at__isnull=False)),
            active=Count("place", filter=open_ & Q(place__last_activity_at__gte=now - QUIET)),
        )
    )
    return [Taught(**row) for row in rows[:100]]
