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


class QuestionInvalid(DomainError):
    """Carries `problems`, one sentence each."""

    code = "question-invalid"
    title = _("This question cannot be marked as it is")
    status = 422
    explanation = _("Each entry of problems says what is missing or wrong.")


class CoolingDown(DomainError):
    """Carries `ready_at`, when the next attempt may be started."""

    code = "quiz-cooling-down"
    title = _("The next attempt has to wait")
    status = 409
    explanation = _("After an attempt that did not pass, this quiz opens again later.")


class AlreadyMarked(DomainError):
    code = "already-marked"
    title = _("Somebody has marked this already")
    status = 409
    explanation = _("Read what they wrote; a second marking needs a reason of its own.")


class ReviewClosed(DomainError):
    code = "review-closed"
    title = _("The answers of this attempt are not shown")
    status = 409
    explanation = _("Only an answer whose marking you can see can be appealed.")


class AppealExists(DomainError):
    code = "appeal-exists"
    title = _("This answer has been appealed")
    status = 409
    explanation = _("There is one appeal for an answer; its decision stands.")


class KeyUnchanged(DomainError):
    code = "key-unchanged"
    title = _("That is the key already")
    status = 409
    explanation = _("A correction has to change what counts as right.")
