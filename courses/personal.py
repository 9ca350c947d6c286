"""What courses keep about people. What others learn from stays; who wrote it has no name then."""

from courses.models import (
    Appeal,
    Attempt,
    AttemptAnswer,
    Attendance,
    Course,
    CourseDraft,
    CourseReview,
    CourseVersion,
    Enrollment,
    Handover,
    KeyCorrection,
    LessonDraft,
    LessonProgress,
    LessonRevision,
    Nudge,
    PointsEntry,
    Post,
    PostReport,
    Submission,
    SubmissionFile,
    Thread,
)
from tutorme.core.files import storing
from tutorme.core.personal import Blank, Erasure, Keep, Table, declare, erases

_WORK = Keep("what others learn from; its author is a pseudonym")
_LEARNER = "enrollment__user_id"
_ACT = Keep("an act of the course or the site")
_REMOVED = "(removed)"

declare(
    Table(Course, "instructor_id", _WORK),
    Table(CourseDraft, "updated_by_id", _WORK, is_exported=False),
    Table(LessonDraft, "updated_by_id", _WORK, is_exported=False),
    Table(LessonRevision, "author_id", _WORK, is_exported=False),
    Table(CourseVersion, "author_id", _WORK, is_exported=False),
    Table(CourseReview, "submitted_by_id", _WORK, is_exported=False),
    Table(CourseReview, "decided_by_id", _ACT, is_exported=False),
    Table(Attendance, "recorded_by_id", _ACT, is_exported=False),
    Table(Enrollment, "user_id", Keep("numbers of the course, and certificates, hang on it")),
    Table(LessonProgress, _LEARNER, Keep("how far somebody without a name came")),
    Table(Attempt, _LEARNER, Keep("a result of somebody without a name")),
    Table(AttemptAnswer, f"attempt__{_LEARNER}", Blank({"answer": None, "comment": ""})),
    Table(Submission, _LEARNER, Blank({"text": "", "comment": ""})),
    Table(Submission, "marked_by_id", _ACT, is_exported=False),
    Table(Appeal, f"answer__attempt__{_LEARNER}", Blank({"text": "", "reply": ""})),
    Table(Appeal, "decided_by_id", _ACT, is_exported=False),
    Table(KeyCorrection, "made_by_id", _ACT, is_exported=False),
    Table(Thread, "author_id", Blank({"title": _REMOVED, "body": _REMOVED})),
    Table(Post, "author_id", Blank({"body": _REMOVED})),
    Table(PostReport, "reporter_id", Blank({"note": ""})),
    Table(PostReport, "decided_by_id", _ACT, is_exported=False),
    Table(Handover, "student_id", Blank({"note": ""})),
    Table(Handover, "tutor_id", Blank({"reply": ""})),
    Table(Nudge, "sender_id", Keep("that somebody was encouraged; by whom is a pseudonym")),
    Table(PointsEntry, "user_id", Keep("append-only; numbers of a pseudonym")),
    Table(PointsEntry, "actor_id", _ACT, is_exported=False),
)


@erases
def discard_handed_in_files(wish: Erasure) -> None:
    rows = SubmissionFile.objects.filter(submission__enrollment__user_id=wish.user_id)
    chosen = list(rows.values_list("file_id", flat=True))
    rows.delete()
    for file_id in chosen:
        storing.discard(file_id)
