from django.utils.translation import gettext_lazy as _

from tutorme.core.errors import DomainError


class PaymentRequired(DomainError):
    """Carries `order`: what to POST to payments/orders/."""

    code = "payment-required"
    title = _("This course has a price")
    status = 402
    explanation = _("Order it first; the enrolment follows the payment by itself.")


class AlreadyEnrolled(DomainError):
    code = "already-enrolled"
    title = _("You are enrolled already")
    status = 409
    explanation = _("The course is yours; go on learning.")


class LessonLocked(DomainError):
    """Carries `reason`, for machines."""

    code = "lesson-locked"
    title = _("This lesson is not open to you")
    status = 403
    explanation = _("Enrol in the course to read it.")


class NotAQuiz(DomainError):
    code = "not-a-quiz"
    title = _("This lesson has no questions")
    status = 409
    explanation = _("Only a quiz can be attempted; other lessons are marked complete.")


class CompletedByQuiz(DomainError):
    code = "completed-by-quiz"
    title = _("A quiz is completed by passing it")
    status = 409
    explanation = _("Start an attempt; passing it completes the lesson.")


class NoAttemptsLeft(DomainError):
    code = "no-attempts-left"
    title = _("No attempts are left")
    status = 409
    explanation = _("Every allowed attempt of this quiz was started.")


class AttemptEnded(DomainError):
    code = "attempt-ended"
    title = _("This attempt has ended")
    status = 409
    explanation = _("It was submitted, or its time ran out. What was saved has been graded.")


class CourseNotReady(DomainError):
    """Carries `problems`, one sentence each."""

    code = "course-not-ready"
    title = _("This course cannot be published yet")
    status = 422
    explanation = _("Each entry of problems says what is missing.")


class SourceInvalid(DomainError):
    """Carries `problems`, one sentence each."""

    code = "course-source-invalid"
    title = _("The course files do not fit together")
    status = 422
    explanation = _("Each entry of problems names a file and what is wrong with it.")


class CriteriaInvalid(DomainError):
    code = "criteria-invalid"
    title = _("These criteria cannot be judged")
    status = 422
    explanation = _("Criteria have a known type and exactly the members that belong to it.")


class PointsBelowZero(DomainError):
    code = "points-below-zero"
    title = _("Nobody has fewer than no points")
    status = 409
    explanation = _("The correction would take more points than there are.")


class NotAwarded(DomainError):
    code = "not-awarded"
    title = _("This achievement is not theirs")
    status = 409
    explanation = _("Only what was awarded can be taken back.")


class NudgedAlready(DomainError):
    code = "nudged-already"
    title = _("This learner was written to lately")
    status = 409
    explanation = _("One nudge a week is enough for anybody.")


class TooManyRestDays(DomainError):
    code = "too-many-rest-days"
    title = _("Two rest days a week at most")
    status = 422
    explanation = _("Choose up to two weekdays on which a streak waits for you.")
