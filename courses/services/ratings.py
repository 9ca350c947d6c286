"""What learners say of a course. Counts move with the rating, in its transaction.

Lock order: the rating's row, then the course's. `manage.py recount_courses` proves the counts.
"""

from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Sum
from django.db.models.functions import Now
from django.utils import timezone

from courses.errors import AlreadyDecided, NotEligible, OwnCourse
from courses.events import RatingModerated, RatingReported
from courses.models import Course, CourseRating, Enrollment, RatingPrior, RatingReport
from tutorme.core import audit, outbox
from tutorme.core.ids import uuid7

WEIGHT = 10
DEFAULT_MEAN = 3_500_000
LEAST_RATINGS = 100
_LEAST_PERCENT = 20
_LEAST_SECONDS = 30 * 60


def may_rate(enrollment: Enrollment | None, course: Course, user: Any) -> bool:
    """Enrolled, and far enough in to know: a fifth, half an hour, or completed."""
    if enrollment is None or course.instructor_id == user.pk:
        return False
    if enrollment.completed_at or enrollment.percent >= _LEAST_PERCENT:
        return True
    spent = enrollment.progress.aggregate(n=Sum("seconds"))["n"] or 0
    return bool(spent >= _LEAST_SECONDS)


def rate(*, user: Any, course: Course, rating: int, review: str) -> tuple[CourseRating, bool]:
    """Gives the one rating of this person, or changes it; says whether it is new. `OwnCourse`,
    `NotEligible`."""
    if course.instructor_id == user.pk:
        raise OwnCourse
    place = Enrollment.objects.visible_to(user).open().filter(course=course).first()
    if not may_rate(place, course, user):
        raise NotEligible(percent=_LEAST_PERCENT, minutes=_LEAST_SECONDS // 60)
    with transaction.atomic():
        fresh = CourseRating(user=user, course=course, rating=rating, review=review)
        CourseRating.objects.bulk_create([fresh], ignore_conflicts=True)
        row = _locked(user=user, course=course)
        if row.pk == fresh.pk:
            _count(course.pk, {rating: 1})
            return row, True
        _change(row, rating, review)
    return row, False


def _locked(**which: Any) -> CourseRating:
    return CourseRating.objects.select_for_update(of=("self",), no_key=True).get(**which)


def _change(row: CourseRating, rating: int, review: str) -> None:
    if not row.is_hidden and row.rating != rating:
        _count(row.course_id, {row.rating: -1, rating: 1})
    row.rating, row.review = rating, review
    row.save(update_fields=["rating", "review", "updated_at"])


def edit(*, rating: CourseRating, stars: int | None, review: str | None) -> CourseRating:
    with transaction.atomic():
        row = _locked(pk=rating.pk)
        _change(
            row, row.rating if stars is None else stars, row.review if review is None else review
        )
    return row


def withdraw(*, rating: CourseRating) -> None:
    with transaction.atomic():
        row = CourseRating.objects.select_for_update(of=("self",)).filter(pk=rating.pk).first()
        if row is None:
            return
        if not row.is_hidden:
            _count(row.course_id, {row.rating: -1})
        row.delete()


def reply(*, rating: CourseRating, text: str) -> CourseRating:
    """The one public answer of the author; an empty text takes it back."""
    with transaction.atomic():
        row = _locked(pk=rating.pk)
        row.reply, row.replied_at = text, timezone.now() if text else None
        row.save(update_fields=["reply", "replied_at"])
    return row


def report(*, rating: CourseRating, reporter: Any, reason: str) -> None:
    """Puts it before a moderator; saying so twice changes nothing."""
    row = RatingReport(rating=rating, reporter=reporter, reason=reason)
    with transaction.atomic():
        RatingReport.objects.bulk_create([row], ignore_conflicts=True)
        if RatingReport.objects.filter(pk=row.pk).exists():
            outbox.record(RatingReported(row.pk), actor_id=reporter.pk)


def hide(
    *,
    rating: CourseRating,
    hidden: bool,
    actor_id: UUID | None,
    reason: str = "",
    noted: str = "",
) -> CourseRating:
    """A hidden review leaves the counts, one that is shown again comes back. Its author and the
    teacher read the `reason`; what is `noted` for the trail alone they do not."""
    with transaction.atomic():
        row = _locked(pk=rating.pk)
        if row.is_hidden != hidden:
            row.is_hidden = hidden
            row.save(update_fields=["is_hidden"])
            _count(row.course_id, {row.rating: -1 if hidden else 1})
            audit.record(
                "rating.hidden" if hidden else "rating.shown",
                target=row,
                actor_id=actor_id,
                reason=reason or noted,
            )
            outbox.record(RatingModerated(row.pk, hidden, reason, uuid7()), actor_id=actor_id)
    return row


def decide(*, report: RatingReport, hidden: bool, actor_id: UUID | None) -> None:
    """Once; every open report on the same review is answered with it."""
    with transaction.atomic():
        state = RatingReport.State.HIDDEN if hidden else RatingReport.State.KEPT
        mine = RatingReport.objects.filter(rating=report.rating_id, state="open")
        if not mine.update(state=state, decided_at=Now()):
            raise AlreadyDecided
        hide(rating=report.rating, hidden=hidden, actor_id=actor_id, noted=report.reason[:200])


def _count(course_id: UUID, deltas: dict[int, int]) -> None:
    """The caller holds the rating's lock. The order's weight follows in the same statement."""
    added: dict[str, Any] = {
        f"rated_{stars}": F(f"rated_{stars}") + n for stars, n in deltas.items()
    }
    Course.objects.filter(pk=course_id).update(**added)
    with connection.cursor() as cursor:
        cursor.execute(f"{_RERANK} AND id = %s", [prior().mean, course_id])


# (C·m + sum) / (m + count) in millionths, m = 10. Only rows that say something else are written.
_RANK = f"round(({WEIGHT}.0 * %s + 1000000.0 * rating_sum) / ({WEIGHT} + rating_count))"
_RERANK = f"""
WITH mean (value) AS (VALUES (%s::integer))
UPDATE courses_course SET rating_rank = {_RANK.replace("%s", "mean.value")}
FROM mean WHERE rating_rank <> {_RANK.replace("%s", "mean.value")}
"""  # noqa: S608  our own words and numbers


def prior() -> RatingPrior:
    return RatingPrior.objects.first() or RatingPrior(mean=DEFAULT_MEAN, ratings=0)


def rerank() -> int:
    """Takes the site's mean anew and weighs every course with it; returns how many moved. Once a
    day by beat, so that pages of the order hold still in between."""
    with transaction.atomic():
        totals = Course.objects.aggregate(n=Sum("rating_count"), total=Sum("rating_sum"))
        count, total = totals["n"] or 0, totals["total"] or 0
        mean = round(1_000_000 * total / count) if count >= LEAST_RATINGS else DEFAULT_MEAN
        facts = {"mean": mean, "ratings": count, "computed_at": Now()}
        RatingPrior.objects.update_or_create(pk=1, defaults=facts)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '2min'")
            cursor.execute(_RERANK, [mean])
            return int(cursor.rowcount)


def dismiss_prompt(*, user: Any, course_id: UUID, moment: int) -> None:
    """Not now: asked again at the next moment, never again at this one."""
    Enrollment.objects.filter(
        user_id=user.pk, course_id=course_id, prompt_dismissed__lt=moment
    ).update(prompt_dismissed=moment)
