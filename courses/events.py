from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from tutorme.core.events import Event


@dataclass(frozen=True)
class CoursePublished(Event):
    name: ClassVar[str] = "course.published"
    course_id: UUID


@dataclass(frozen=True)
class CourseUnpublished(Event):
    """It left the catalogue; whoever has a place keeps it."""

    name: ClassVar[str] = "course.unpublished"
    course_id: UUID


@dataclass(frozen=True)
class CourseSubmitted(Event):
    name: ClassVar[str] = "course.submitted"
    review_id: UUID
    course_id: UUID


@dataclass(frozen=True)
class CourseReviewed(Event):
    name: ClassVar[str] = "course.reviewed"
    review_id: UUID
    course_id: UUID
    approved: bool


@dataclass(frozen=True)
class RatingReported(Event):
    """Somebody finds that a review of a course should not stand."""

    name: ClassVar[str] = "rating.reported"
    report_id: UUID


@dataclass(frozen=True)
class PostReported(Event):
    """Somebody finds that a question or an answer does not belong here."""

    name: ClassVar[str] = "post.reported"
    report_id: UUID


@dataclass(frozen=True)
class RatingModerated(Event):
    """An admin hid a review, or shows it again; `reason` is theirs, for author and teacher."""

    name: ClassVar[str] = "rating.moderated"
    rating_id: UUID
    hidden: bool
    reason: str
    notice_id: UUID


@dataclass(frozen=True)
class EnrollmentCreated(Event):
    name: ClassVar[str] = "enrollment.created"
    enrollment_id: UUID
    user_id: UUID
    course_id: UUID


@dataclass(frozen=True)
class LessonCompleted(Event):
    name: ClassVar[str] = "lesson.completed"
    enrollment_id: UUID
    lesson_id: UUID
    user_id: UUID
    # When it was done, not when it is heard of: it decides which day it counts for.
    done_at: datetime | None = None


@dataclass(frozen=True)
class AttemptGraded(Event):
    name: ClassVar[str] = "attempt.graded"
    attempt_id: UUID
    user_id: UUID
    lesson_id: UUID
    passed: bool
    done_at: datetime | None = None


@dataclass(frozen=True)
class AttemptSubmitted(Event):
    """Handed in with answers that a tutor has to read; the grade follows."""

    name: ClassVar[str] = "attempt.submitted"
    attempt_id: UUID
    user_id: UUID
    lesson_id: UUID


@dataclass(frozen=True)
class AttemptRegraded(Event):
    """A key was corrected, or a tutor read again, and this attempt rose by it."""

    name: ClassVar[str] = "attempt.regraded"
    regrade_id: int
    attempt_id: UUID
    user_id: UUID


@dataclass(frozen=True)
class AppealOpened(Event):
    name: ClassVar[str] = "appeal.opened"
    appeal_id: UUID


@dataclass(frozen=True)
class AppealDecided(Event):
    name: ClassVar[str] = "appeal.decided"
    appeal_id: UUID
    user_id: UUID


@dataclass(frozen=True)
class SubmissionMade(Event):
    """An exercise was handed in; its tutor has something to read."""

    name: ClassVar[str] = "submission.made"
    submission_id: UUID
    user_id: UUID
    lesson_id: UUID


@dataclass(frozen=True)
class SubmissionMarked(Event):
    """Graded, graded again, or returned for another try: `state` says which."""

    name: ClassVar[str] = "submission.marked"
    submission_id: UUID
    user_id: UUID
    revision: int


@dataclass(frozen=True)
class ThreadOpened(Event):
    name: ClassVar[str] = "thread.opened"
    thread_id: UUID
    user_id: UUID


@dataclass(frozen=True)
class ThreadAnswered(Event):
    name: ClassVar[str] = "thread.answered"
    post_id: UUID
    user_id: UUID


@dataclass(frozen=True)
class EnrollmentCompleted(Event):
    """The first moment all counted lessons were complete; once an enrolment, for all time."""

    name: ClassVar[str] = "enrollment.completed"
    enrollment_id: UUID
    user_id: UUID
    course_id: UUID
    version: int


@dataclass(frozen=True)
class RenewalDue(Event):
    """A breaking version came after this completion; once for each such version."""

    name: ClassVar[str] = "renewal.due"
    enrollment_id: UUID
    user_id: UUID
    course_id: UUID
    version: int


@dataclass(frozen=True)
class EnrollmentRenewed(Event):
    """What a breaking version changed was learned: a certificate for `version` is due. The
    completion stays what it was."""

    name: ClassVar[str] = "enrollment.renewed"
    enrollment_id: UUID
    user_id: UUID
    course_id: UUID
    version: int
    done_at: datetime


@dataclass(frozen=True)
class EnrollmentCancelled(Event):
    """The place went: `refunded` where all of the money went back, else by leaving. What was
    completed stays written, and so does its certificate."""

    name: ClassVar[str] = "enrollment.cancelled"
    enrollment_id: UUID
    user_id: UUID
    course_id: UUID
    refunded: bool


@dataclass(frozen=True)
class HandoverAnswered(Event):
    """A tutor wrote back to the lesson a learner was stuck in; the first time."""

    name: ClassVar[str] = "handover.answered"
    handover_id: UUID
    user_id: UUID
    lesson_id: UUID


@dataclass(frozen=True)
class AchievementAwarded(Event):
    """`achievement` is its slug."""

    name: ClassVar[str] = "achievement.awarded"
    user_achievement_id: UUID
    user_id: UUID
    achievement: str


@dataclass(frozen=True)
class ActiveMinutesReached(Event):
    """Ten minutes of reading on one date: it counts like something finished."""

    name: ClassVar[str] = "active_minutes.reached"
    user_id: UUID
    done_at: datetime


@dataclass(frozen=True)
class AchievementActivated(Event):
    """`actor_id` is None where the site's own list brought it."""

    name: ClassVar[str] = "achievement.activated"
    achievement_id: UUID
    actor_id: UUID | None
    activated_at: datetime


@dataclass(frozen=True)
class AchievementBackfilled(Event):
    """Everybody who had reached it before has it now; one line instead of one for each."""

    name: ClassVar[str] = "achievement.backfilled"
    achievement_id: UUID
    actor_id: UUID | None
    people: int


@dataclass(frozen=True)
class LearnerNudged(Event):
    """A teacher's word to one learner of a course."""

    name: ClassVar[str] = "learner.nudged"
    nudge_id: UUID
    user_id: UUID


@dataclass(frozen=True)
class WishAnswered(Event):
    """There is a course now for somebody who asked for one; once a wish."""

    name: ClassVar[str] = "wish.answered"
    wish_id: UUID
    user_id: UUID
    course_id: UUID
