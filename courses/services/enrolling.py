"""How people come into a course, and out of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Now

from courses import entitlement
from courses.errors import AlreadyEnrolled, CourseBefore, PaymentRequired
from courses.events import EnrollmentCancelled, EnrollmentCreated
from courses.models import Course, CoursePrerequisite, Enrollment
from tutorme.core import outbox
from tutorme.core.errors import NotFound

State = Enrollment.State


def enroll_free(*, user: Any, course: Course) -> Enrollment:
    """Enrols in what is free for this person: a free course, one their plan opens, or one they have
    paid for and left. `PaymentRequired` names the order to make for any other."""
    if course.state != Course.State.PUBLISHED:
        raise NotFound
    if Enrollment.objects.open().filter(user=user, course=course).exists():
        raise AlreadyEnrolled
    if not course.is_free and (order := entitlement.paid_order(user, course)):
        return enroll(user_id=user.pk, course=course, order_id=order.pk)
    refuse_unprepared(user_id=user.pk, course=course)
    if course.is_free:
        return enroll(user_id=user.pk, course=course)
    if entitlement.by_plan(user, course):
        return enroll(user_id=user.pk, course=course, by_plan=True)
    raise PaymentRequired(order={"kind": "course", "target": str(course.pk)})


def refuse_unprepared(*, user_id: UUID, course: Course) -> None:
    """`CourseBefore` while a course that comes first is not completed. What was paid for is never
    taken back by it: this is asked before an order is made, and not after."""
    done = Enrollment.objects.filter(
        user_id=user_id, course_id=OuterRef("requires_id"), completed_at__isnull=False
    )
    missing = CoursePrerequisite.objects.filter(~Exists(done), course=course)
    if titles := list(missing.order_by("id").values_list("requires__title", flat=True)):
        raise CourseBefore(courses=titles)


def enroll(
    *,
    user_id: UUID,
    course: Course,
    order_id: UUID | None = None,
    by_plan: bool = False,
    now: datetime | None = None,
) -> Enrollment:
    """Makes or revives the one enrolment of this person in this course. Idempotent: the event is
    recorded when the place becomes theirs, and not again. An order makes a place by a plan their
    own for good."""
    with transaction.atomic():
        fresh = Enrollment(
            user_id=user_id,
            course=course,
            order_id=order_id,
            by_plan=by_plan,
            last_activity_at=now or Now(),
            created_at=now or Now(),
        )
        Enrollment.objects.bulk_create([fresh], ignore_conflicts=True)
        row = Enrollment.objects.select_for_update(of=("self",), no_key=True).get(
            user_id=user_id, course=course
        )
        if row.pk != fresh.pk:
            if row.state != State.CANCELLED:
                return _made_own(row, order_id)
            _revive(row, order_id, by_plan=by_plan)
        Course.objects.filter(pk=course.pk).update(enrollment_count=F("enrollment_count") + 1)
        outbox.record(EnrollmentCreated(row.pk, user_id, course.pk), actor_id=user_id)
    return row


def _made_own(row: Enrollment, order_id: UUID | None) -> Enrollment:
    if row.by_plan and order_id:
        row.by_plan, row.order_id = False, order_id
        row.save(update_fields=["by_plan", "order_id"])
    return row


def leave(*, enrollment: Enrollment) -> None:
    """The place goes, what was learned stays written; nothing is paid back. Leaving twice changes
    nothing."""
    with transaction.atomic():
        row = (
            Enrollment.objects.open()
            .select_for_update(of=("self",), no_key=True)
            .filter(pk=enrollment.pk)
            .first()
        )
        if row is not None:
            _cancel(row, refunded=False)


def _cancel(row: Enrollment, *, refunded: bool) -> None:
    """The caller holds the row. Each time a place goes is told of, so the event has no key."""
    row.state = State.CANCELLED
    row.save(update_fields=["state"])
    outbox.record(
        EnrollmentCancelled(row.pk, row.user_id, row.course_id, refunded), actor_id=row.user_id
    )
    Course.objects.filter(pk=row.course_id).update(enrollment_count=F("enrollment_count") - 1)


def _revive(row: Enrollment, order_id: UUID | None, *, by_plan: bool) -> None:
    """After a refund, or after leaving: what was learned is still there."""
    row.state = State.COMPLETED if row.completed_at else State.ACTIVE
    row.order_id, row.by_plan = order_id, by_plan
    row.save(update_fields=["state", "order_id", "by_plan"])


def cancel_for_order(*, order_id: UUID) -> bool:
    """The payment went back in full: the place goes too. What was earned (a completion) stays
    written on the row."""
    with transaction.atomic():
        row = (
            Enrollment.objects.open()
            .select_for_update(of=("self",), no_key=True)
            .filter(order_id=order_id)
            .first()
        )
        if row is None:
            return False
        _cancel(row, refunded=True)
    return True
