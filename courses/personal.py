"""What courses keep about people. What others learn from stays; who wrote it has no name then."""

from courses.models import (
    Attempt,
    Attendance,
    Course,
    CourseDraft,
    CourseReview,
    CourseVersion,
    Enrollment,
    LessonDraft,
    LessonProgress,
    LessonRevision,
)
from tutorme.core.personal import Delete, Keep, Table, declare

_WORK = Keep("what others learn from; its author is a pseudonym")
_LEARNER = "enrollment__user_id"

declare(
    Table(Course, "instructor_id", _WORK),
    Table(CourseDraft, "updated_by_id", _WORK, is_exported=False),
    Table(LessonDraft, "updated_by_id", _WORK, is_exported=False),
    Table(LessonRevision, "author_id", _WORK, is_exported=False),
    Table(CourseVersion, "author_id", _WORK, is_exported=False),
    Table(CourseReview, "submitted_by_id", _WORK, is_exported=False),
    Table(CourseReview, "decided_by_id", Keep("an admin's act"), is_exported=False),
    Table(Attendance, "recorded_by_id", Keep("an admin's act"), is_exported=False),
    Table(Enrollment, "user_id", Keep("numbers of the course, and certificates, hang on it")),
    Table(LessonProgress, _LEARNER, Keep("how far somebody without a name came")),
    Table(Attempt, _LEARNER, Delete()),
)
