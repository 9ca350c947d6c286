from courses.models.achievements import UserAchievement
from courses.models.activity import ActivityDay
from courses.models.attempts import Attempt, AttemptAnswer
from courses.models.courses import Course, Lesson, Section
from courses.models.enrollments import Enrollment, LessonProgress, ProgressBeat
from courses.models.quizzes import Question, Quiz

__all__ = [
    "ActivityDay",
    "Attempt",
    "AttemptAnswer",
    "Course",
    "Enrollment",
    "Lesson",
    "LessonProgress",
    "ProgressBeat",
    "Question",
    "Quiz",
    "Section",
    "UserAchievement",
]
