from courses.models.achievements import UserAchievement
from courses.models.activity import ActivityDay
from courses.models.attempts import Attempt, AttemptAnswer
from courses.models.catalogue import CatalogueStamp, SearchWord
from courses.models.courses import Course, Lesson, Section
from courses.models.enrollments import Enrollment, LessonProgress, ProgressBeat
from courses.models.notes import Favorite, LessonBookmark, LessonNote
from courses.models.quizzes import Question, Quiz
from courses.models.ratings import CourseRating, RatingPrior, RatingReport

__all__ = [
    "ActivityDay",
    "Attempt",
    "AttemptAnswer",
    "CatalogueStamp",
    "Course",
    "CourseRating",
    "Enrollment",
    "Favorite",
    "Lesson",
    "LessonBookmark",
    "LessonNote",
    "LessonProgress",
    "ProgressBeat",
    "Question",
    "Quiz",
    "RatingPrior",
    "RatingReport",
    "SearchWord",
    "Section",
    "UserAchievement",
]
