from courses.models.achievements import Achievement, UserAchievement
from courses.models.activity import Activity, ActivityDay, Motivation, RestChoice
from courses.models.attempts import Attempt, AttemptAnswer
from courses.models.courses import Course, Lesson, Section
from courses.models.enrollments import Enrollment, LessonProgress, ProgressBeat
from courses.models.nudges import Nudge
from courses.models.points import BUCKET, BoardScore, BoardTally, PointsEntry
from courses.models.quizzes import Question, Quiz

__all__ = [
    "BUCKET",
    "Achievement",
    "Activity",
    "ActivityDay",
    "Attempt",
    "AttemptAnswer",
    "BoardScore",
    "BoardTally",
    "Course",
    "Enrollment",
    "Lesson",
    "LessonProgress",
    "Motivation",
    "Nudge",
    "PointsEntry",
    "ProgressBeat",
    "Question",
    "Quiz",
    "RestChoice",
    "Section",
    "UserAchievement",
]
