"""Progress, kept by the server. Lock order: the enrolment's row, then what hangs on it.

Every write locks the enrolment, changes one lesson's row, counts again and moves the enrolment,
all in one transaction; what follows from it (certificate, mail) starts from the outbox.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import Count, Exists, FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from courses import completion, intervals
from courses.entitlement import has_lapsed
from courses.errors import LessonLocked
from courses.events import EnrollmentCompleted, LessonCompleted
from courses.locking import DRIP, OPEN, PREREQUISITE, SUBSCRIPTION, Lock, opens_at
from courses.models import (
    Course,
    Enrollment,
    Lesson,
    LessonPrerequisite,
    LessonProgress,
    ProgressBeat,
)
from courses.services import certifying, streaks
from tutorme.core import outbox
from tutorme.core.prepared import first, prepared

_MAX_BEAT_S = 120
_BEAT_SLACK_S = 15
_FASTEST = 2


def locked(enrollment_id: UUID) -> Enrollment:
    """The caller holds the transaction."""
    return Enrollment.objects.select_for_update(of=("self",), no_key=True).get(pk=enrollment_id)


def locked_place(user: Any, lesson_id: UUID) -> Enrollment:
    """The caller holds the transaction. `LessonLocked` where this user has no place."""
    places = Enrollment.objects.visible_to(user).open().select_related("course")
    row = (
        places.select_for_update(of=("self",), no_key=True)
        .filter(course__lessons__pk=lesson_id, course__lessons__is_published=True)
        .first()
    )
    if row is None:
        raise LessonLocked(reason="not_enrolled")
    if has_lapsed(row):
        raise LessonLocked(reason=SUBSCRIPTION)
    return row


def complete_lesson(
    *, enrollment: Enrollment, lesson: Lesson, now: datetime | None = None
) -> Enrollment:
    """Marks a lesson complete, once and for good, where its kind's rule lets the reader say so
    (`courses.completion`); `LessonLocked` where it is not open to them yet."""
    moment = now or timezone.now()
    with transaction.atomic():
        row = locked(enrollment.pk)
        standing = _standing(row, lesson.pk)
        _refuse_locked(standing, moment)
        _refuse_unearned(standing, moment)
        _complete_lesson(standing, moment)
        _write(standing, moment)
    return row


def mark_complete(enrollment: Enrollment, lesson_id: UUID, now: datetime) -> None:
    """For what completes a lesson by itself: a pass, a hand-in, an attendance. The caller holds the
    enrolment's lock."""
    standing = _standing(enrollment, lesson_id)
    _complete_lesson(standing, now)
    _write(standing, now)


@dataclass
class Standing:
    """One lesson for one learner, read in one query after the lock: a read within the locking
    statement itself would see what was there before it waited. `others_done` leaves this lesson
    out; `progress` is unsaved where there was none; `is_known` says that a message came before."""

    progress: LessonProgress
    kind: str
    data: dict[str, Any]
    lock: Lock
    is_counted: bool
    counted: int
    others_done: int
    is_known: bool
    is_recounted: bool = False


@prepared
def _asked(
    enrollment: UUID, course: UUID, lesson: UUID, event: UUID | None
) -> QuerySet[Lesson, dict[str, Any]]:
    counted = Lesson.objects.counted().filter(course_id=course)
    others = counted.exclude(pk=lesson).filter(
        progress__enrollment=enrollment, progress__completed_at__isnull=False
    )
    beats = ProgressBeat.objects.none()
    if event:
        beats = ProgressBeat.objects.filter(enrollment=enrollment, client_event_id=event)
    asked: QuerySet[Lesson, dict[str, Any]] = (
        Lesson.objects.filter(pk=lesson)
        .annotate(
            mine=FilteredRelation("progress", condition=Q(progress__enrollment=enrollment)),
            counted=_number_of(counted),
            others_done=_number_of(others),
            is_known=Exists(beats),
            waits_for=ArraySubquery(_undone_before(enrollment, lesson)),
        )
        .values(
            *("kind", "data", "drip_days", "drip_at", "waits_for"),
            *("is_published", "is_required", "counted", "others_done", "is_known"),
            *(f"mine__{name}" for name in ("id", *_WRITTEN)),
        )[:1]
    )
    return asked


def _standing(
    enrollment: Enrollment, lesson_id: UUID, client_event_id: UUID | None = None
) -> Standing:
    asked = (enrollment.pk, enrollment.course_id, lesson_id, client_event_id)
    row: dict[str, Any] | None = first(_asked(*asked))
    if row is None:
        raise Lesson.DoesNotExist
    mine = {name: row[f"mine__{name}"] for name in ("id", *_WRITTEN)}
    known = mine if mine["id"] else {}
    return Standing(
        progress=LessonProgress(enrollment=enrollment, lesson_id=lesson_id, **known),
        kind=row["kind"],
        data=row["data"],
        lock=_lock(enrollment, row, mine["completed_at"]),
        is_counted=row["is_published"] and row["is_required"],
        counted=row["counted"],
        others_done=row["others_done"],
        is_known=row["is_known"],
    )


_WRITTEN = (
    *("seconds", "position", "resume", "sections", "watched"),
    *("opened_at", "completed_at", "beat_at"),
)
MAX_SECTIONS = 100


def _undone_before(enrollment: UUID, lesson_id: UUID) -> QuerySet[Any]:
    """The ids of what this lesson waits for."""
    done = LessonProgress.objects.filter(
        enrollment=enrollment, lesson_id=OuterRef("requires_id"), completed_at__isnull=False
    )
    rows = LessonPrerequisite.objects.filter(~Exists(done), lesson_id=lesson_id)
    return rows.values_list("requires_id", flat=True)


def _lock(enrollment: Enrollment, row: dict[str, Any], done_at: datetime | None) -> Lock:
    if done_at:
        return OPEN
    if row["waits_for"]:
        return Lock(PREREQUISITE, waits_for=tuple(row["waits_for"]))
    drip = Lesson(drip_days=row["drip_days"], drip_at=row["drip_at"])
    return Lock(DRIP, opens_at=opens_at(drip, enrollment.created_at))


def _refuse_locked(standing: Standing, now: datetime) -> None:
    lock = standing.lock
    if lock.waits_for or (lock.opens_at and lock.opens_at > now):
        raise LessonLocked(
            reason=lock.reason, opens_at=lock.opens_at, waits_for=[str(pk) for pk in lock.waits_for]
        )


def refuse_locked(enrollment: Enrollment, lesson_id: UUID, now: datetime) -> None:
    """`LessonLocked` with its reason, for what begins a lesson otherwise than by reading it."""
    _refuse_locked(_standing(enrollment, lesson_id), now)


def _refuse_unearned(standing: Standing, now: datetime) -> None:
    progress = standing.progress
    if progress.completed_at is None:
        completion.refuse_unearned(
            kind=standing.kind,
            data=standing.data,
            watched=progress.watched,
            opened_at=progress.opened_at,
            now=now,
        )


def _number_of(lessons: QuerySet[Lesson]) -> Coalesce:
    grouped = lessons.order_by().values("course_id").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(grouped), 0)


def _complete_lesson(standing: Standing, now: datetime) -> None:
    progress = standing.progress
    enrollment = progress.enrollment
    if progress.completed_at is None:
        progress.completed_at = now
        progress.position = 1000
        outbox.record(
            LessonCompleted(enrollment.pk, progress.lesson_id, enrollment.user_id, done_at=now),
            actor_id=enrollment.user_id,
        )
    _settle(enrollment, standing.others_done + standing.is_counted, standing.counted, now)
    standing.is_recounted = True


def _write(standing: Standing, now: datetime) -> None:
    """Both rows, one statement each; the enrolment's lock is held."""
    progress = standing.progress
    if progress.pk:
        progress.save(update_fields=_WRITTEN)
    else:
        # Opening a lesson takes no lock and may have come between.
        LessonProgress.objects.bulk_create(
            [progress],
            update_conflicts=True,
            unique_fields=["enrollment", "lesson"],
            update_fields=_WRITTEN,
        )
    enrollment = progress.enrollment
    if enrollment.last_activity_at is None or enrollment.last_activity_at <= now:
        enrollment.last_lesson_id, enrollment.last_activity_at = progress.lesson_id, now
    counted = _COUNTED if standing.is_recounted else ()
    enrollment.save(update_fields=["last_lesson", "last_activity_at", *counted])


_COUNTED = ("percent", "state", "completed_at", "completed_version", "certified_version")


def visit(enrollment: Enrollment, lesson_id: UUID, now: datetime) -> None:
    """Where to resume. Forward in time only, so that a late message moves nobody back."""
    Enrollment.objects.filter(
        Q(last_activity_at=None) | Q(last_activity_at__lte=now), pk=enrollment.pk
    ).update(last_lesson_id=lesson_id, last_activity_at=now)


def open_lesson(*, enrollment: Enrollment, lesson: Lesson, now: datetime | None = None) -> None:
    """Somebody begins to read: from here on time may be counted, and here they resume. Each of
    the two statements stands for itself, so there is no transaction to hold open."""
    moment = now or timezone.now()
    fresh = LessonProgress(enrollment=enrollment, lesson=lesson, beat_at=moment, opened_at=moment)
    LessonProgress.objects.bulk_create([fresh], ignore_conflicts=True)
    visit(enrollment, lesson.pk, moment)


def report(
    *,
    user: Any,
    lesson_id: UUID,
    client_event_id: UUID,
    seconds: int = 0,
    position: int = 0,
    watched: Sequence[Sequence[int]] = (),
    sections: Mapping[str, int] | None = None,
    completed: bool = False,
    now: datetime | None = None,
) -> LessonProgress:
    """Time spent, place reached and stretches seen of a video since the last message, and whether
    the reader is done; a video is done by itself when enough of it was seen. A repeated
    `client_event_id` is counted once; the time is never more than what passed on our clock.
    `LessonLocked` where this user has no place; one lock, one transaction."""
    moment = now or timezone.now()
    with transaction.atomic():
        enrollment = locked_place(user, lesson_id)
        standing = _standing(enrollment, lesson_id, client_event_id)
        _refuse_locked(standing, moment)
        if not standing.is_known:
            ProgressBeat.objects.create(enrollment=enrollment, client_event_id=client_event_id)
            _count_watched(standing, watched, moment)
            counted = _count_beat(standing.progress, seconds, position, moment)
            streaks.add_time(user=user, seconds=counted, at=moment)
            _count_sections(standing.progress, sections or {})
        if completed:
            _refuse_unearned(standing, moment)
        if completed or _is_watched(standing):
            _complete_lesson(standing, moment)
        if completed or not standing.is_known:
            _write(standing, moment)
    return standing.progress


def _count_watched(standing: Standing, watched: Sequence[Sequence[int]], now: datetime) -> None:
    """No faster than the fastest player: two seconds of video for one of ours."""
    progress = standing.progress
    length = standing.data.get("duration_seconds") or 0
    if standing.kind == Lesson.Kind.VIDEO and watched and length:
        passed = _FASTEST * _passed(progress, now)
        progress.watched = intervals.grown(progress.watched, watched, length=length, by=passed)


def _is_watched(standing: Standing) -> bool:
    progress = standing.progress
    return (
        standing.kind == Lesson.Kind.VIDEO
        and progress.completed_at is None
        and completion.is_watched(standing.data, progress.watched)
    )


def _count_beat(progress: LessonProgress, seconds: int, position: int, now: datetime) -> int:
    """Returns the seconds that were believed."""
    counted = _believable(progress, seconds, now)
    progress.seconds += counted
    progress.position = max(progress.position, min(position, 1000))
    progress.resume = min(position, 1000) if position else progress.resume
    progress.beat_at = max(now, (progress.beat_at or now) + timedelta(seconds=counted))
    progress.opened_at = progress.opened_at or now
    return counted


def _count_sections(progress: LessonProgress, seen: Mapping[str, int]) -> None:
    """Each part of the lesson by itself, upwards only."""
    kept = dict(progress.sections)
    for name, place in seen.items():
        if name in kept or len(kept) < MAX_SECTIONS:
            kept[name] = max(kept.get(name, 0), min(place, 1000))
    progress.sections = kept


def _believable(progress: LessonProgress, seconds: int, now: datetime) -> int:
    """`beat_at` is up to when time was accounted for. It may run ahead of the clock by the slack,
    which is therefore given once and not with every message."""
    return max(0, min(seconds, _passed(progress, now), _MAX_BEAT_S))


def _passed(progress: LessonProgress, now: datetime) -> int:
    if progress.beat_at is None:
        return _BEAT_SLACK_S
    return max(0, int((now - progress.beat_at) / timedelta(seconds=1)) + _BEAT_SLACK_S)


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
    _settle(enrollment, numbers["done"], numbers["counted"], now)
    enrollment.save(update_fields=_COUNTED)


def _settle(enrollment: Enrollment, done: int, counted: int, now: datetime) -> None:
    """In memory; the caller writes the row."""
    enrollment.percent = percent_of(done, counted)
    if enrollment.percent == 100 and enrollment.completed_at is None:
        _complete(enrollment, now)
    elif enrollment.percent == 100:
        certifying.renew(enrollment, now)


def _complete(enrollment: Enrollment, now: datetime) -> None:
    version = Course.objects.values_list("version", flat=True).get(pk=enrollment.course_id)
    enrollment.state = Enrollment.State.COMPLETED
    enrollment.completed_at = now
    enrollment.completed_version = enrollment.certified_version = version
    outbox.record(
        EnrollmentCompleted(enrollment.pk, enrollment.user_id, enrollment.course_id, version),
        actor_id=enrollment.user_id,
        key=f"enrollment.completed:{enrollment.pk}",
    )
