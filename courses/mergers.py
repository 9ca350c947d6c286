"""What becomes of courses' rows where two accounts become one. All that hangs on an enrolment goes
where the enrolment goes; points follow by a line of their own (`handlers.carry_points_over`)."""

from django.utils.translation import gettext_lazy as _

from courses.models import (
    Activity,
    ActivityDay,
    Appeal,
    Attendance,
    BoardScore,
    Course,
    CourseDraft,
    CourseRating,
    CourseReview,
    CourseVersion,
    CourseWish,
    Enrollment,
    Favorite,
    Handover,
    KeyCorrection,
    LessonBookmark,
    LessonDraft,
    LessonNote,
    LessonRevision,
    Motivation,
    Nudge,
    PointsEntry,
    Post,
    PostReport,
    RatingReport,
    RestChoice,
    Submission,
    Thread,
    ThreadFollow,
    UserAchievement,
    Vote,
)
from tutorme.core.merging import Clashes, Moves, Refuses, Stays, declare

_ACT = Stays("who did it is a fact")
_TEACHES = Refuses(_("It teaches. A tutor's page, lessons and earnings stay one."))
_STREAK = Stays("days of learning and the streak are each account's own")

declare(
    Enrollment,
    "user_id",
    Clashes(
        _("Both have a place in one course: two ways through it cannot be made one."),
        once=("course_id",),
    ),
    Moves(),
)
declare(Course, "instructor_id", _TEACHES)
declare(Handover, "tutor_id", _TEACHES)
declare(Handover, "student_id", Moves())
declare(LessonNote, "user_id", Moves())
declare(LessonBookmark, "user_id", Moves(once=("lesson_id", "at_s")))
declare(Favorite, "user_id", Moves(once=("course_id",)))
declare(CourseRating, "user_id", Moves(once=("course_id",)))
declare(RatingReport, "reporter_id", Moves(once=("rating_id",)))
declare(CourseWish, "user_id", Moves(once=("words_key",)))
declare(UserAchievement, "user_id", Moves(once=("achievement_id",)))
declare(Thread, "author_id", Moves())
declare(Post, "author_id", Moves())
declare(Vote, "user_id", Moves(once=("thread_id", "post_id")))
declare(ThreadFollow, "user_id", Moves(once=("thread_id",)))
declare(PostReport, "reporter_id", Moves(once=("thread_id", "post_id")))
declare(Motivation, "user_id", _STREAK)
declare(RestChoice, "user_id", _STREAK)
declare(Activity, "user_id", _STREAK)
declare(ActivityDay, "user_id", _STREAK)
declare(BoardScore, "user_id", Stays("follows the points"))
declare(PointsEntry, "user_id", Stays("append-only; their sum is carried over by a line"))
declare(PointsEntry, "actor_id", _ACT)
declare(Nudge, "sender_id", _ACT)
declare(CourseDraft, "updated_by_id", _ACT)
declare(LessonDraft, "updated_by_id", _ACT)
declare(LessonRevision, "author_id", _ACT)
declare(CourseVersion, "author_id", _ACT)
declare(CourseReview, "submitted_by_id", _ACT)
declare(CourseReview, "decided_by_id", _ACT)
declare(Attendance, "recorded_by_id", _ACT)
declare(Submission, "marked_by_id", _ACT)
declare(Appeal, "decided_by_id", _ACT)
declare(KeyCorrection, "made_by_id", _ACT)
declare(PostReport, "decided_by_id", _ACT)
