"""What courses does when something happens below or within."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from accounts.events import AccountsMerged
from accounts.kept import keeps
from accounts.models import User
from courses.errors import AlreadyEnrolled
from courses.events import (
    AchievementActivated,
    ActiveMinutesReached,
    AttemptGraded,
    AttemptRegraded,
    AttemptSubmitted,
    CoursePublished,
    EnrollmentCompleted,
    LessonCompleted,
    SubmissionMade,
)
from courses.models import Course, Enrollment, Regrade
from courses.queries.motivation import current_streak, motivation_of
from courses.services import enrolling, evidence, giving_back, motivation, wishing
from courses.services import points as scores
from payments.events import PaymentCaptured, PaymentRefunded
from payments.models import Order
from payments.sellers import Quote, Terms, proves, refunds, sells
from tutorme.core import jobs, outbox
from tutorme.core.errors import NotFound

KIND = "course"


@outbox.handles(AccountsMerged)
def carry_points_over(event: AccountsMerged) -> None:
    """Points are lines that nobody rewrites: their sum leaves the one and comes to the other."""
    earned = User.objects.values_list("points", flat=True).get(pk=event.closed_id)
    if not earned:
        return
    for user_id, points in ((event.closed_id, -earned), (event.kept_id, earned)):
        reason = "two accounts became one"
        scores.correct(user_id=user_id, points=points, reason=reason, actor_id=event.actor_id)


@sells(KIND)
def quote(target_id: UUID, buyer: Any) -> Quote:
    course = Course.objects.published().filter(pk=target_id).first()
    if course is None:
        raise NotFound
    if Enrollment.objects.open().filter(user=buyer, course=course, by_plan=False).exists():
        raise AlreadyEnrolled
    enrolling.refuse_unprepared(user_id=buyer.pk, course=course)
    return Quote(
        description=course.title,
        price=course.price,
        payee_id=course.instructor_id,
        url=reverse("courses-learn-course", args=[course.slug]),
    )


@refunds(KIND)
def terms(order: Order, now: datetime) -> Terms:
    return giving_back.terms(order, now)


@proves(KIND)
def evidence_of_course(order: Order) -> list[str]:
    return evidence.of_course(order.pk)


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


@outbox.handles(CoursePublished)
def tell_whoever_asked_for_it(event: CoursePublished) -> None:
    wishing.answer(course_id=event.course_id)


@outbox.handles(LessonCompleted)
def reward_a_lesson(event: LessonCompleted) -> None:
    motivation.lesson_completed(
        enrollment_id=event.enrollment_id,
        user_id=event.user_id,
        lesson_id=event.lesson_id,
        at=event.done_at or timezone.now(),
    )


@outbox.handles(AttemptGraded)
def reward_a_quiz(event: AttemptGraded) -> None:
    motivation.attempt_graded(attempt_id=event.attempt_id, at=event.done_at or timezone.now())


@outbox.handles(AttemptSubmitted)
def count_a_quiz_that_waits(event: AttemptSubmitted) -> None:
    motivation.attempt_handed_in(attempt_id=event.attempt_id)


@outbox.handles(AttemptRegraded)
def reward_a_better_mark(event: AttemptRegraded) -> None:
    at = Regrade.objects.values_list("created_at", flat=True).get(pk=event.regrade_id)
    motivation.attempt_raised(attempt_id=event.attempt_id, at=at)


@outbox.handles(SubmissionMade)
def count_an_exercise(event: SubmissionMade) -> None:
    motivation.exercise_handed_in(submission_id=event.submission_id)


@outbox.handles(EnrollmentCompleted)
def reward_a_course(event: EnrollmentCompleted) -> None:
    motivation.course_completed(enrollment_id=event.enrollment_id)


@outbox.handles(ActiveMinutesReached)
def count_the_minutes(event: ActiveMinutesReached) -> None:
    motivation.minutes_reached(user_id=event.user_id, at=event.done_at)


@outbox.handles(AchievementActivated)
def give_it_to_who_has_reached_it(event: AchievementActivated) -> None:
    jobs.enqueue(
        "courses.backfill_achievement",
        key=f"courses.backfill:{event.achievement_id}:{event.activated_at.isoformat()}",
        args={
            "achievement_id": str(event.achievement_id),
            "actor_id": str(event.actor_id) if event.actor_id else None,
        },
        owner_id=event.actor_id,
    )


@keeps("streak_days")
def streak_days(user: User, now: datetime) -> int:
    return current_streak(motivation_of(user), now)
