"""Which events can be heard from outside, what they are called in words, and whom each concerns.

The names are those of the events themselves. `data` is the event's payload: ids and figures, never
anybody's words; whoever wants more asks the API with its own rights.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.events import UserRegistered
from booking import events as booking
from certificates.events import CertificateIssued, LearnersImported
from certificates.models import Certificate, LearnerImport
from courses import events as courses
from courses.models import Course, Lesson
from payments import events as payments
from payments.models import Order
from tutorme.core.events import Event
from video import events as video
from video.models import RoomMember

TEST = "webhook.test"


@dataclass(frozen=True)
class Audience:
    """Besides the site, which hears everything."""

    people: frozenset[UUID] = field(default_factory=frozenset)
    organizations: frozenset[UUID] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Kind:
    event: type[Event]
    label: str | Promise
    area: str | Promise
    audience: Callable[[Any], Audience]

    @property
    def name(self) -> str:
        return self.event.name


def _people(*ids: UUID | None) -> Audience:
    return Audience(frozenset(each for each in ids if each is not None))


def _nobody(_event: Event) -> Audience:
    return Audience()


def _both(event: Any) -> Audience:
    return _people(event.student_id, event.tutor_id)


def _buyer_and_seller(event: Any) -> Audience:
    sellers = Order.objects.filter(pk=event.order_id).values_list("buyer_id", "payee_id")
    return _people(*(sellers.first() or ()))


def _user(event: Any) -> Audience:
    return _people(event.user_id)


def _teacher(event: Any) -> Audience:
    taught = Course.objects.filter(pk=event.course_id)
    return _people(taught.values_list("instructor_id", flat=True).first())


def _learner_and_teacher(event: Any) -> Audience:
    return Audience(_user(event).people | _teacher(event).people)


def _learner_and_teacher_of_lesson(event: Any) -> Audience:
    lesson = Lesson.objects.filter(pk=event.lesson_id)
    return _people(event.user_id, lesson.values_list("course__instructor_id", flat=True).first())


def _holder(event: CertificateIssued) -> Audience:
    rows = Certificate.objects.filter(pk=event.certificate_id, organization__isnull=False)
    desks = rows.values_list("organization_id", flat=True)
    return Audience(_people(event.user_id).people, frozenset(each for each in desks if each))


def _importing_desk(event: LearnersImported) -> Audience:
    rows = LearnerImport.objects.filter(pk=event.import_id, organization__isnull=False)
    desks = rows.values_list("organization_id", flat=True)
    return Audience(organizations=frozenset(each for each in desks if each))


def _in_the_room(event: Any) -> Audience:
    members = RoomMember.objects.filter(room_id=event.room_id)
    return Audience(frozenset(members.values_list("user_id", flat=True)))


_LESSONS, _COURSES = _("Lessons with a tutor"), _("Courses")
_MONEY, _PAPERS, _ROOMS, _SITE = _("Money"), _("Certificates"), _("Rooms"), _("Account")
_ALL = [
    Kind(booking.BookingRequested, _("A lesson is asked for"), _LESSONS, _both),
    Kind(booking.BookingConfirmed, _("A lesson is confirmed"), _LESSONS, _both),
    Kind(booking.BookingDeclined, _("A lesson is declined"), _LESSONS, _both),
    Kind(booking.BookingMoved, _("A lesson is moved"), _LESSONS, _both),
    Kind(booking.BookingCancelled, _("A lesson is cancelled"), _LESSONS, _both),
    Kind(booking.BookingCompleted, _("A lesson took place"), _LESSONS, _both),
    Kind(booking.BookingMissed, _("Somebody did not come"), _LESSONS, _both),
    Kind(booking.TutorReviewWritten, _("A tutor is reviewed"), _LESSONS, _both),
    Kind(courses.CoursePublished, _("A course is published"), _COURSES, _teacher),
    Kind(courses.CourseUnpublished, _("A course leaves the catalogue"), _COURSES, _teacher),
    Kind(courses.EnrollmentCreated, _("Somebody is enrolled"), _COURSES, _learner_and_teacher),
    Kind(courses.EnrollmentCompleted, _("A course is completed"), _COURSES, _learner_and_teacher),
    Kind(courses.EnrollmentCancelled, _("A place is given up"), _COURSES, _learner_and_teacher),
    Kind(
        courses.LessonCompleted,
        _("A lesson of a course is completed"),
        _COURSES,
        _learner_and_teacher_of_lesson,
    ),
    Kind(
        courses.AttemptGraded,
        _("A quiz is graded"),
        _COURSES,
        _learner_and_teacher_of_lesson,
    ),
    Kind(payments.PaymentCaptured, _("A payment arrived"), _MONEY, _buyer_and_seller),
    Kind(payments.PaymentRefunded, _("A payment goes back"), _MONEY, _buyer_and_seller),
    Kind(payments.PaymentFailed, _("A payment failed"), _MONEY, _buyer_and_seller),
    Kind(payments.PaymentDisputed, _("A payment is disputed"), _MONEY, _buyer_and_seller),
    Kind(payments.SubscriptionActivated, _("A subscription runs"), _MONEY, _user),
    Kind(payments.SubscriptionPaid, _("A subscription is paid"), _MONEY, _user),
    Kind(payments.SubscriptionSuspended, _("A subscription pauses"), _MONEY, _user),
    Kind(payments.SubscriptionCancelled, _("A subscription is cancelled"), _MONEY, _user),
    Kind(payments.SubscriptionExpired, _("A subscription ends"), _MONEY, _user),
    Kind(payments.PayoutPaid, _("A payout is paid"), _MONEY, _user),
    Kind(payments.PayoutFailed, _("A payout failed"), _MONEY, _user),
    Kind(CertificateIssued, _("A certificate is issued"), _PAPERS, _holder),
    Kind(LearnersImported, _("A list of learners is in"), _PAPERS, _importing_desk),
    Kind(video.RoomStarted, _("Somebody is in a room"), _ROOMS, _in_the_room),
    Kind(video.RoomClosed, _("A room is closed"), _ROOMS, _in_the_room),
    Kind(video.RecordingFinished, _("A recording is finished"), _ROOMS, _in_the_room),
    Kind(UserRegistered, _("Somebody signed up"), _SITE, _nobody),
]
KINDS = {kind.name: kind for kind in _ALL}
# What concerns nobody but the site.
FOR_THE_SITE = frozenset({UserRegistered.name})


def offered(*, to_site: bool) -> list[Kind]:
    return [kind for kind in _ALL if to_site or kind.name not in FOR_THE_SITE]
