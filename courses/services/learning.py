"""Progress, kept by the server. Lock order: the enrolment's row, then what hangs on it.

Every write locks the enrolment, changes one lesson's row, counts again and moves the enrolment,
all in one transaction; what follows from it (certificate, mail) starts from the outbox.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from courses.errors import CompletedByQuiz
from courses.events import EnrollmentCompleted, LessonCompleted
from courses.models import Course, Enrollment, Lesson, LessonProgress, ProgressBeat
from tutorme.core import outbox

_MAX_BEAT_S = 120
_BEAT_SLACK_S = 15


def locked(enrollment_id: UUID) -> Enrollment:
    """The caller holds the transaction."""
    return Enrollment.objects.select_for_update(of=("self",), no_key=True).get(pk=enrollment_id)


def complete_lesson(
    *, enrollment: Enrollment, lesson: Lesson, now: datetime | None = None
) -> Enrollment:
    """Marks a text lesson complete, once and for good; a quiz is completed by passing it."""
    if lesson.kind == Lesson.Kind.QUIZ:
        raise CompletedByQuiz
    with transaction.atomic():
        row = locked(enrollment.pk)
        mark_complete(row, lesson, now or timezone.now())
    return row


def mark_complete(enrollment: Enrollment, lesson: Lesson, now: datetime) -> None:
    """The caller holds the enrolment's lock."""
    progress, _made = LessonProgress.objects.get_or_create(enrollment=enrollment, lesson=lesson)
    if progress.completed_at is None:
        progress.completed_at = now
        progress.position = 1000
        progress.save(update_fields=["completed_at", "position"])
        outbox.record(
            LessonCompleted(enrollment.pk, lesson.pk, enrollment.user_id),
            actor_id=enrollment.user_id,
        )
    recount(enrollment, now)
    visit(enrollment, lesson, now)


def visit(enrollment: Enrollment, lesson: Lesson, now: datetime) -> None:
    """Where to resume. Forward in time only, so that a late message moves nobody back."""
    Enrollment.objects.filter(
        Q(last_activity_at=None) | Q(last_activity_at__lte=now), pk=enrollment.pk
    ).update(last_lesson=lesson, last_activity_at=now)


def open_lesson(*, enrollment: Enrollment, lesson: Lesson, now: datetime | None = None) -> None:
    """Somebody begins to read: from here on time may be counted, and here they resume. Each of
    the two statements stands for itself, so there is no transaction to hold open."""
    moment = now or timezone.now()
    fresh = LessonProgress(enrollment=enrollment, lesson=lesson, beat_at=moment)
    LessonProgress.objects.bulk_create([fresh], ignore_conflicts=True)
    visit(enrollment, lesson, moment)


def record_beat(
    *,
    enrollment: Enrollment,
    lesson: Lesson,
    client_event_id: UUID,
    seconds: int = 0,
    position: int = 0,
    now: datetime | None = None,
) -> LessonProgress:
    """Time spent and place reached since the last message, as deltas. A repeated
    `client_event_id` is counted once; the time is never more than what passed on our clock."""
    moment = now or timezone.now()
    with transaction.atomic():
        row = locked(enrollment.pk)
        progress, _made = LessonProgress.objects.get_or_create(enrollment=row, lesson=lesson)
        # The enrolment's lock makes looking and then writing one step.
        if ProgressBeat.objects.filter(enrollment=row, client_event_id=client_event_id).exists():
            return progress
        ProgressBeat.objects.create(enrollment=row, client_event_id=client_event_id)
        counted = _believable(progress, seconds, moment)
        progress.seconds += counted
        progress.position = max(progress.position, min(position, 1000))
        progress.beat_at = max(moment, (progress.beat_at or moment) + timedelta(seconds=counted))
        progress.save(update_fields=["seconds", "position", "beat_at"])
        visit(row, lesson, moment)
    return progress


def _believable(progress: LessonProgress, seconds: int, now: datetime) -> int:
    """`beat_at` is up to when time was accounted for. It may run ahead of the clock by the slack,
    which is therefore given once and not with every message."""
    if progress.beat_at is None:
        passed = _BEAT_SLACK_S
    else:
        passed = int((now - progress.beat_at) / timedelta(seconds=1)) + _BEAT_SLACK_S
    return max(0, min(seconds, passed, _MAX_BEAT_S))


def percent_of(done: int, counted: int) -> int:
    """Rounded down, and 100 only when everything is done; nothing to do is never done."""
    if counted == 0:
        return 0
    return 100 if done == counted else min(99, 100 * done // counted)


def recount(enrollment: Enrollment, now: datetime) -> None:
    """Percent from the rows; the first time everything counted is complete, the enrolment is, and
    stays so. The caller holds the enrolment's lock."""
    mine = Q(progress__enrollment=enrollment, progress__completed_at__isnull=False)
    numbers = (
        Lesson.objects.counted()
        .filter(course_id=enrollment.course_id)
        .aggregate(counted=Count("pk", distinct=True), done=Count("pk", filter=mine, distinct=True))
    )
    enrollment.percent = percent_of(numbers["done"], numbers["counted"])
    if enrollment.percent == 100 and enrollment.completed_at is None:
        _complete(enrollment, now)
    enrollment.save(update_fields=["percent", "state", "completed_at", "completed_version"])


def _complete(enrollment: Enrollment, now: datetime) -> None:
    version = Course.objects.values_list("version", flat=True).get(pk=enrollment.course_id)
    enrollment.state = Enrollment.State.COMPLETED
    enrollment.completed_at = now
    enrollment.completed_version = version
    outbox.record(
        EnrollmentCompleted(enrollment.pk, enrollment.user_id, enrollment.course_id, version),
        actor_id=enrollment.user_id,
        key=f"enrollment.completed:{enrollment.pk}",
    )


def recompute(*, course: Course | None = None, dry_run: bool = False) -> int:
    """Counts every enrolment again; returns how many rows said something else."""
    rows = Enrollment.objects.all() if course is None else course.enrollments.all()
    return sum(
        _recompute_one(pk, dry_run=dry_run)
        for pk in rows.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=500)
    )


def _recompute_one(enrollment_id: UUID, *, dry_run: bool) -> bool:
    with transaction.atomic():
        row = locked(enrollment_id)
        before = (row.percent, row.state, row.completed_at)
        recount(row, timezone.now())
        differs = before != (row.percent, row.state, row.completed_at)
        if dry_run:
            transaction.set_rollback(True)
    return differs
