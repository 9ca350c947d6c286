from collections.abc import Iterable
from typing import Any, Self

from django.utils.translation import gettext_lazy as _

from tutorme.core.errors import DomainError, PreconditionFailed


class PaymentRequired(DomainError):
    """Carries `order`: what to POST to payments/orders/."""

    code = "payment-required"
    title = _("This course has a price")
    status = 402
    explanation = _("Order it first; the enrolment follows the payment by itself.")


class CourseBefore(DomainError):
    """Carries `courses`: the titles to complete first."""

    code = "course-before"
    title = _("Another course comes first")
    status = 409
    explanation = _("Complete the courses that the member courses names; then this one opens.")


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
    """Carries `problems`, one sentence each, and `checklist`, each entry with where to mend it."""

    code = "course-not-ready"
    title = _("This course cannot be published yet")
    status = 422
    explanation = _("Each entry of problems says what is missing.")

    @classmethod
    def of(cls, items: Iterable[Any]) -> Self:
        """From items of the checklist."""
        rows = [item.as_json() for item in items]
        return cls(problems=[row["text"] for row in rows], checklist=rows)


class LessonChanged(PreconditionFailed):
    """Carries `current`, the text as it is now, for the author to choose."""

    code = "lesson-changed"
    title = _("Somebody else changed this lesson")
    explanation = _("current is the lesson as it is now. Choose, and save on its revision.")


class ShrinkRefused(DomainError):
    """Carries `before` and `after`, in characters."""

    code = "shrink-refused"
    title = _("Most of the text would be gone")
    status = 422
    explanation = _("What saves by itself never removes most of a lesson. Save it on purpose.")


class PrerequisiteCycle(DomainError):
    """Carries `cycle`: titles in order, the first again at the end."""

    code = "prerequisite-cycle"
    title = _("That would be a circle")
    status = 409
    explanation = _("Nobody could ever begin: each waits for another. cycle names them in order.")


class OrderIncomplete(DomainError):
    """Carries `missing` and `unknown` ids."""

    code = "order-incomplete"
    title = _("The order does not name every lesson once")
    status = 422
    explanation = _("Send the id of each lesson of the draft exactly once.")


class CourseHasLearners(DomainError):
    code = "course-has-learners"
    title = _("People are enrolled in this course")
    status = 409
    explanation = _("A course somebody has a place in is archived, not deleted.")


class ReviewPending(DomainError):
    code = "review-pending"
    title = _("The course waits for review")
    status = 409
    explanation = _("It was handed in already. Withdraw it first to hand in something else.")


class ReviewDecided(DomainError):
    code = "review-decided"
    title = _("This was decided already")
    status = 409
    explanation = _("Only what waits for review can be approved, rejected or withdrawn.")


class DraftMovedOn(DomainError):
    code = "draft-moved-on"
    title = _("The draft was changed since it was handed in")
    status = 409
    explanation = _("Only what was looked at is published. The author hands it in again.")


class FileRefused(DomainError):
    code = "course-file-refused"
    title = _("This file cannot be part of a course")
    status = 422
    explanation = _("Its name, type or size is not one that lessons use.")


class NotWatched(DomainError):
    """Carries `seconds_left`."""

    code = "not-watched"
    title = _("Not enough of the video was seen")
    status = 409
    explanation = _("A video is complete when nine tenths of it were watched.")


class NotAttended(DomainError):
    code = "not-attended"
    title = _("A live session is completed by being there")
    status = 409
    explanation = _("The teacher notes who came; half of the scheduled time completes it.")


class NotSubmitted(DomainError):
    code = "not-submitted"
    title = _("An exercise is completed by handing it in")
    status = 409
    explanation = _("Hand in your work; the author decides whether it must pass as well.")


class TooSoon(DomainError):
    """Carries `seconds_left`."""

    code = "too-soon"
    title = _("This lesson asks for a little more time")
    status = 409
    explanation = _("Its author set how long it takes at least. Go on reading.")


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
    explanation = _("Only an answer whose marking you can see can be appealed or gone over.")


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


class NothingToHandIn(DomainError):
    code = "nothing-to-hand-in"
    title = _("There is nothing to hand in yet")
    status = 409
    explanation = _("Write something or add a file first.")


class NoSubmissionsLeft(DomainError):
    """Carries `reason`: at-work, passed or used-up."""

    code = "no-submissions-left"
    title = _("Nothing more can be handed in")
    status = 409
    explanation = _("It was passed, or handed in as often as its author allows.")


class SubmissionTooLate(DomainError):
    """Carries `due_at`."""

    code = "submission-too-late"
    title = _("The time to hand this in is over")
    status = 409
    explanation = _("This exercise takes nothing after its due date.")


class SubmissionClosed(DomainError):
    code = "submission-closed"
    title = _("This has been handed in")
    status = 409
    explanation = _("What was handed in does not change any more.")


class TooManyFiles(DomainError):
    code = "too-many-files"
    title = _("No more files fit")
    status = 409
    explanation = _("The exercise says how many files it takes; remove one first.")


class NotAnExercise(DomainError):
    code = "not-an-exercise"
    title = _("Nothing is handed in here")
    status = 409
    explanation = _("Only an exercise takes what learners hand in.")


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


class AchievementSlugTaken(DomainError):
    code = "achievement-slug-taken"
    title = _("There is an achievement of this name")
    status = 409
    explanation = _("Slugs are unique; choose another.")


class NoReasonToNudge(DomainError):
    code = "no-reason-to-nudge"
    title = _("This learner is well on the way")
    status = 409
    explanation = _("A nudge goes to those who stopped, have not begun, or keep failing a quiz.")


class HandoverNotBooked(DomainError):
    code = "handover-not-booked"
    title = _("No lesson was booked for this")
    status = 409
    explanation = _("A tutor writes back once the learner has booked a lesson with them.")


class WishesFull(DomainError):
    code = "wishes-full"
    title = _("You ask for many courses already")
    status = 409
    explanation = _("Twenty wishes can be open at once; take one back first.")
