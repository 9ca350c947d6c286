"""What is said of a quiz before it is begun."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from courses.models import Attempt, Enrollment, Lesson, Quiz, QuizSlot
from courses.queries.renewals import attempts_spent
from courses.services import marking, quizzes

RECORDS = {
    Quiz.Record.HIGHEST: _("the best of your attempts"),
    Quiz.Record.LAST: _("your last attempt"),
    Quiz.Record.FIRST: _("your first attempt"),
    Quiz.Record.AVERAGE: _("the average of your attempts"),
}


@dataclass(frozen=True)
class QuizIntro:
    """`left` is None where attempts are not limited, `wait_until` where nothing has to cool."""

    quiz: Quiz
    questions: int
    attempts: list[Attempt]
    left: int | None
    wait_until: datetime | None

    @property
    def open_attempt(self) -> Attempt | None:
        return next((row for row in self.attempts if row.state == Attempt.State.OPEN), None)

    @property
    def passed(self) -> bool:
        return any(row.passed for row in self.attempts)

    @property
    def record(self) -> int | None:
        """Whole per cents of the result that stands, rounded down."""
        stands = marking.record_of(self.quiz, self.attempts)
        return None if stands is None else int(stands)

    @property
    def record_label(self) -> str | Promise:
        return RECORDS[Quiz.Record(self.quiz.record)]


def _left(quiz: Quiz, enrollment: Enrollment | None, taken: int) -> int:
    most = quiz.max_attempts or 0
    if enrollment is not None and taken >= most:
        taken = attempts_spent(enrollment, quiz.pk, taken)
    return max(0, most - taken)


def quiz_intro(lesson: Lesson, enrollment: Enrollment | None) -> QuizIntro | None:
    """Three queries: the rules, how many questions, and one's attempts, the latest first. None
    for a quiz that was never published."""
    quiz = Quiz.objects.filter(lesson=lesson).first()
    if quiz is None:
        return None
    rows = Attempt.objects.filter(enrollment=enrollment, enrollment__isnull=False, lesson=lesson)
    attempts = list(rows.order_by("-number"))
    left = _left(quiz, enrollment, len(attempts)) if quiz.max_attempts else None
    slots = QuizSlot.objects.filter(quiz=quiz)
    questions = slots.aggregate(total=Sum("draw"))["total"] or 0
    ready = quizzes.ready_at(quiz, attempts[0] if attempts else None)
    wait = ready if ready and ready > timezone.now() else None
    return QuizIntro(quiz, questions, attempts, left, wait)
