from courses.models.achievements import UserAchievement
from courses.models.activity import ActivityDay
from courses.models.attempts import Attempt, AttemptAnswer
from courses.models.corrections import Appeal, KeyCorrection, Regrade
from courses.models.courses import Course, Lesson, Section
from courses.models.enrollments import Enrollment, LessonProgress, ProgressBeat
from courses.models.quizzes import BankItem, Question, Quiz, QuizSlot, SlotQuestion

__all__ = [
    "ActivityDay",
    "Appeal",
    "Attempt",
    "AttemptAnswer",
    "BankItem",
    "Course",
    "Enrollment",
    "KeyCorrection",
    "Lesson",
    "LessonProgress",
    "ProgressBeat",
    "Question",
    "Quiz",
    "QuizSlot",
    "Regrade",
    "Section",
    "SlotQuestion",
    "UserAchievement",
]
