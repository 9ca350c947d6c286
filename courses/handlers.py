"""What courses does when something happens below or within."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from courses.errors import AlreadyEnrolled
from courses.events import (
    AttemptGraded,
    CoursePublished,
    EnrollmentCompleted,
    LessonCompleted,
)
from courses.models import Course, Enrollment
from courses.services import achievements, enrolling, giving_back, streaks
from payments.events import PaymentCaptured, PaymentRefunded
from payments.models import Order
from payments.sellers import Quote, Terms, refunds, sells
from tutorme.core import jobs, outbox
from tutorme.core.errors import NotFound

KIND = "course"


@sells(KIND)
def quote(target_id: UUID, buyer: Any) -> Quote:
    course = Course.objects.published().filter(pk=target_id).first()
    if course is None:
        raise NotFound
    if Enrollment.objects.open().filter(user=buyer, course=course).exists():
        raise AlreadyEnrolled
    return Quote(
        description=course.title,
        price=course.price,
        payee_id=course.instructor_id,
        url=reverse("courses-learn-course", args=[course.slug]),
    )


@refunds(KIND)
def terms(order: Order, now: datetime) -> Terms:
    return giving_back.terms(order, now)


@outbox.handles(PaymentCaptured)
def enroll_the_buyer(event: PaymentCaptured) -> None:
    if event.kind == KIND:
        course = Course.objects.get(pk=event.target_id)
        enrolling.enroll(user_id=event.buyer_id, course=course, order_id=event.order_id)


@outbox.handles(PaymentRefunded)
def give_the_place_back(event: PaymentRefunded) -> None:
    if event.kind == KIND and event.full:
        enrolling.cancel_for_order(order_id=event.order_id)


@outbox.handles(CoursePublished)
def count_the_learners_again(event: CoursePublished) -> None:
    course = Course.objects.only("version").get(pk=event.course_id)
    jobs.enqueue(
        "courses.recount",
        key=f"courses.recount:{event.course_id}:{course.version}",
        args={"course_id": str(event.course_id)},
    )


@outbox.handles(LessonCompleted)
def award_the_first_lesson(event: LessonCompleted) -> None:
    achievements.award(user_id=event.user_id, achievement=achievements.Achievement.FIRST_LESSON)


@outbox.handles(EnrollmentCompleted)
def award_the_first_course(event: EnrollmentCompleted) -> None:
    achievements.award(user_id=event.user_id, achievement=achievements.Achievement.FIRST_COURSE)


@outbox.handles(LessonCompleted)
def count_the_day_of_a_lesson(event: LessonCompleted) -> None:
    if event.done_at:
        streaks.count_day(user_id=event.user_id, moment=event.done_at)


@outbox.handles(AttemptGraded)
def count_the_day_of_a_quiz(event: AttemptGraded) -> None:
    if event.done_at:
        streaks.count_day(user_id=event.user_id, moment=event.done_at)
