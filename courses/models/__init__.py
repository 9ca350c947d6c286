from courses.models.achievements import Achievement, UserAchievement
from courses.models.activity import Activity, ActivityDay, Motivation, RestChoice
from courses.models.attempts import Attempt, AttemptAnswer
from courses.models.attendance import Attendance
from courses.models.catalogue import CatalogueStamp, CourseWords, SearchWord
from courses.models.content import CONTENT, LessonKind
from courses.models.corrections import Appeal, KeyCorrection, Regrade
from courses.models.courses import Course, CoursePrerequisite, Lesson, LessonPrerequisite, Section
from courses.models.drafts import (
    CourseDraft,
    LessonDraft,
    LessonDraftPrerequisite,
    LessonRevision,
    SectionDraft,
)
from courses.models.enrollments import Enrollment, LessonProgress, ProgressBeat
from courses.models.files import CourseFile
from courses.models.handovers import Handover
from courses.models.notes import Favorite, LessonBookmark, LessonNote
from courses.models.nudges import Nudge
from courses.models.points import BoardScore, BoardTally, PointsEntry
from courses.models.quizzes import BankItem, Question, Quiz, QuizSlot, SlotQuestion
from courses.models.ratings import CourseRating, RatingPrior, RatingReport
from courses.models.submissions import Submission, SubmissionFile
from courses.models.threads import Post, PostReport, Thread, ThreadFollow, Vote
from courses.models.transcripts import Transcript
from courses.models.versions import CourseReview, CourseVersion
from courses.models.wishes import CourseWish, WishAnswer

__all__ = [
    "CONTENT",
    "Achievement",
    "Activity",
    "ActivityDay",
    "Appeal",
    "Attempt",
    "AttemptAnswer",
    "Attendance",
    "BankItem",
    "BoardScore",
    "BoardTally",
    "CatalogueStamp",
    "Course",
    "CourseDraft",
    "CourseFile",
    "CoursePrerequisite",
    "CourseRating",
    "CourseReview",
    "CourseVersion",
    "CourseWish",
    "CourseWords",
    "Enrollment",
    "Favorite",
    "Handover",
    "KeyCorrection",
    "Lesson",
    "LessonBookmark",
    "LessonDraft",
    "LessonDraftPrerequisite",
    "LessonKind",
    "LessonNote",
    "LessonPrerequisite",
    "LessonProgress",
    "LessonRevision",
    "Motivation",
    "Nudge",
    "PointsEntry",
    "Post",
    "PostReport",
    "ProgressBeat",
    "Question",
    "Quiz",
    "QuizSlot",
    "RatingPrior",
    "RatingReport",
    "Regrade",
    "RestChoice",
    "SearchWord",
    "Section",
    "SectionDraft",
    "SlotQuestion",
    "Submission",
    "SubmissionFile",
    "Thread",
    "ThreadFollow",
    "Transcript",
    "UserAchievement",
    "Vote",
    "WishAnswer",
]
