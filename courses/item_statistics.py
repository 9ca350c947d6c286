"""How the questions of a quiz do, by first attempts alone: who comes again has seen the answers."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from courses.models import Lesson, Question

# Fewer say nothing.
ENOUGH = 30
# Parts of a WITH: `items` for the quizzes that `lessons` names, a list or a query. The best and the
# worst 27 of 100, Kelley's parts.
ITEMS = """
firsts AS (
    SELECT id, lesson_id, score / max_score AS share FROM courses_attempt
    WHERE lesson_id IN ({lessons}) AND number = 1 AND state = 'graded' AND max_score > 0
), ranked AS (
    SELECT firsts.lesson_id, answer.question_id, answer.points / question.points AS worth,
           row_number() OVER (
               PARTITION BY firsts.lesson_id, answer.question_id ORDER BY share DESC, firsts.id
           ) AS place,
           count(*) OVER (PARTITION BY firsts.lesson_id, answer.question_id) AS n
    FROM firsts
    JOIN courses_attemptanswer answer ON answer.attempt_id = firsts.id
    JOIN courses_question question ON question.id = answer.question_id
), items AS (
    SELECT lesson_id, question_id, max(n) AS n, round(avg(worth), 4) AS facility,
           round(avg(worth) FILTER (WHERE place <= ceil(n * 0.27)), 4)
         - round(avg(worth) FILTER (WHERE place > n - ceil(n * 0.27)), 4) AS discrimination
    FROM ranked GROUP BY lesson_id, question_id
)
"""
# What `flags` says of a question that is too hard, or whose key is in doubt, where `items` is.
DOUBTFUL = f"n >= {ENOUGH} AND (facility < 0.2 OR discrimination < 0.1)"
_SQL = f"""
WITH {ITEMS.format(lessons="%s")} SELECT question_id, n, facility, discrimination FROM items
"""  # noqa: S608  our own constants


@dataclass(frozen=True)
class ItemStatistics:
    """`facility` is the mean part of the points, `discrimination` how much better the best do
    than the worst; both are None while nobody answered."""

    question: Question
    n: int
    facility: Decimal | None
    discrimination: Decimal | None

    @property
    def flags(self) -> list[str]:
        """Machine words for what looks wrong, once there is enough to look at."""
        if self.n < ENOUGH or self.facility is None or self.discrimination is None:
            return []
        found = {
            "too-hard": self.facility < Decimal("0.2"),
            "too-easy": self.facility > Decimal("0.95"),
            "wrong-key": self.discrimination < 0,
            "undiscriminating": 0 <= self.discrimination < Decimal("0.1"),
        }
        return [name for name, is_so in found.items() if is_so]

    @property
    def facility_percent(self) -> int | None:
        return None if self.facility is None else round(100 * self.facility)


def of_quiz(lesson: Lesson) -> list[ItemStatistics]:
    """The published questions in their order; two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [lesson.pk])
        found = {row[0]: row[1:] for row in cursor.fetchall()}
    places = Question.objects.filter(slots__quiz_id=lesson.pk).select_related("item")
    kept = {row.pk: row for row in places.order_by("slots__position", "key")}.values()
    return [_of(question, found.get(question.pk)) for question in kept]


def _of(question: Question, row: tuple[int, Decimal, Decimal] | None) -> ItemStatistics:
    n, facility, discrimination = row or (0, None, None)
    return ItemStatistics(question, n, facility, discrimination)
