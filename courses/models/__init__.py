from courses.models.achievements import Achievement, UserAchievement
from courses.models.activity import Activity, ActivityDay, Motivation, RestChoice
from courses.models.attempts import Attempt, AttemptAnswer
from courses.models.attendance import Attendance
from courses.models.catalogue import CatalogueStamp, CourseWords, SearchWord
from courses.models.content import CONTENT, LessonKind
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
from courses.models.notes import Favorite, LessonBookmark, LessonNote
from courses.models.nudges import Nudge
from courses.models.points import BoardScore, BoardTally, PointsEntry
from courses.models.quizzes import Question, Quiz
from courses.models.ratings import CourseRating, RatingPrior, RatingReport
from courses.models.versions import CourseReview, CourseVersion

__all__ = [
    "CONTENT",
    "Achievement",
    "Activity",
    "ActivityDay",
    "Attempt",
    "AttemptAnswer",
    "Attendance",
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
    "CourseWords",
    "Enrollment",
    "Favorite",
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
    "ProgressBeat",
    "Question",
    "Quiz",
    "RatingPrior",
    "RatingReport",
    "RestChoice",
    "SearchWord",
    "Section",
    "SectionDraft",
    "UserAchievement",
]
