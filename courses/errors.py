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


class NotEligible(DomainError):
    """Carries `percent` and `minutes`, either of which is enough."""

    code = "not-eligible-to-rate"
    title = _("It is too early to rate this course")
    status = 403
    explanation = _("Learn a fifth of it, or half an hour in it, and say then what you think.")


class OwnCourse(DomainError):
    code = "own-course"
    title = _("This is a course of your own")
    status = 403
    explanation = _("Authors do not rate what they made.")


class AlreadyDecided(DomainError):
    code = "report-decided"
    title = _("This report was decided already")
    status = 409
    explanation = _("Somebody else was quicker. The review can still be hidden or shown.")


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
