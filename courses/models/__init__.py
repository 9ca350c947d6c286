from courses.models.achievements import UserAchievement
from courses.models.activity import ActivityDay
from courses.models.attempts import Attempt, AttemptAnswer
from courses.models.attendance import Attendance
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
from courses.models.quizzes import Question, Quiz
from courses.models.versions import CourseReview, CourseVersion

__all__ = [
    "CONTENT",
    "ActivityDay",
    "Attempt",
    "AttemptAnswer",
    "Attendance",
    "Course",
    "CourseDraft",
    "CoursePrerequisite",
    "CourseReview",
    "CourseVersion",
    "Enrollment",
    "Lesson",
    "LessonDraft",
    "LessonDraftPrerequisite",
    "LessonKind",
    "LessonPrerequisite",
    "LessonProgress",
    "LessonRevision",
    "ProgressBeat",
    "Question",
    "Quiz",
    "Section",
    "SectionDraft",
    "UserAchievement",
]
