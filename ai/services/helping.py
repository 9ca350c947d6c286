"""A ladder of hints inside a lesson: from its own text, three and then an example of something
similar, and never the answer of what still counts."""

from django.db import transaction

from accounts.models import User
from ai import leaks, texts, validating
from ai.errors import HelpClosed
from ai.gateways import chat
from ai.models import Ladder, Node, Rung
from ai.schemas import HINT
from ai.services import quotas
from ai.services.asking import Question, ask
from courses import markdown
from courses.models import Attempt, Enrollment, Lesson
from courses.models import Question as QuizQuestion
from tutorme.core import jobs
from tutorme.core.ids import uuid7

_TRIES = 2
_LESSON_CHARS = 12_000
LAST = Ladder.HINTS + 1
State = Rung.State


def begin(*, enrollment: Enrollment, lesson: Lesson, task: str) -> Ladder:
    """The caller knows that the lesson is open to them. The same task goes on where it was."""
    chat.require_configured()
    _refuse_while_it_counts(enrollment, lesson)
    mine = Ladder.objects.filter(learner_id=enrollment.user_id, lesson=lesson, task=task)
    found = mine.order_by("-id").first()
    return found or Ladder.objects.create(learner_id=enrollment.user_id, lesson=lesson, task=task)


def _refuse_while_it_counts(enrollment: Enrollment, lesson: Lesson) -> None:
    is_open = Attempt.objects.filter(enrollment=enrollment, state=Attempt.State.OPEN).exists()
    if is_open or lesson.kind == Lesson.Kind.QUIZ:
        raise HelpClosed


def climb(*, ladder: Ladder, enrollment: Enrollment) -> Rung:
    """Asks for the next rung; the one being written where there is one."""
    chat.require_configured()
    _refuse_while_it_counts(enrollment, ladder.lesson)
    with transaction.atomic():
        row = Ladder.objects.select_for_update(no_key=True).get(pk=ladder.pk)
        rungs = list(row.rungs.all())
        if rungs and rungs[-1].state == State.ASKED:
            return rungs[-1]
        quotas.take(row.learner_id, "hint")
        rung = _next(row, rungs)
        rung.job = jobs.enqueue(
            "ai.hint",
            key=f"ai.hint:{rung.pk}:{uuid7()}",
            args={"rung_id": rung.pk},
            owner_id=row.learner_id,
        )
        rung.save(update_fields=["job"])
    return rung


def _next(ladder: Ladder, rungs: list[Rung]) -> Rung:
    """One that could not be given is tried again."""
    if rungs and rungs[-1].state == State.REFUSED:
        rungs[-1].state = State.ASKED
        rungs[-1].save(update_fields=["state"])
        return rungs[-1]
    if len(rungs) >= LAST:
        raise HelpClosed
    return Rung.objects.create(ladder=ladder, number=len(rungs) + 1)


def write(rung_id: int) -> str:
    """What may be shown of what the model wrote; empty where it gave the answer away each time."""
    rung = Rung.objects.select_related("ladder__lesson").get(pk=rung_id)
    ladder, lesson = rung.ladder, rung.ladder.lesson
    body = markdown.plain_of(lesson.body)[:_LESSON_CHARS]
    earlier = ladder.rungs.filter(number__lt=rung.number, state=State.GIVEN)
    given = {
        "language": User.objects.values_list("locale", flat=True).get(pk=ladder.learner_id),
        "lesson": {"title": lesson.title, "text": body},
        "task": ladder.task,
        "hints": list(earlier.values_list("text", flat=True)),
        "rung": rung.number,
    }
    for _try in range(_TRIES):
        answer, _run = ask(Question("hint", given, HINT, ladder.learner_id))
        text = texts.markdown(answer.content["text_md"]) if answer.content else ""
        if text and not _gives_away(text, ladder, body):
            return text
    return ""


def _gives_away(text: str, ladder: Ladder, body: str) -> bool:
    if not leaks.is_grounded(text, f"{body} {ladder.task}"):
        return True
    if leaks.gives(text, ladder.task, _lives(ladder.lesson)):
        return True
    return any(leaks.copies(text, solution) for solution in _solutions(ladder.lesson))


def _lives(lesson: Lesson) -> list[leaks.Live]:
    """Every question of the course that is asked today."""
    rows = QuizQuestion.objects.filter(item__course_id=lesson.course_id, retired_at=None)
    return [
        leaks.live_question(row.kind, row.prompt, [*row.options, *row.choices], row.key_in_force)
        for row in rows.select_related("item")
    ]


def _solutions(lesson: Lesson) -> list[str]:
    """What the studio wrote for this exercise and its author accepted."""
    nodes = Node.objects.filter(lesson_id=lesson.pk)
    return [
        exercise["solution_md"]
        for content in nodes.values_list("content", flat=True)
        for exercise in validating.exercises_of(content or {})
    ]


def give(rung_id: int, text: str) -> None:
    """The caller holds the transaction that ends the job."""
    rung = Rung.objects.select_for_update(of=("self",)).select_related("ladder").get(pk=rung_id)
    rung.text, rung.state = text, State.GIVEN if text else State.REFUSED
    rung.save(update_fields=["text", "state"])
    if not text:
        _give_back(rung)


def refused(rung_id: int) -> None:
    """The provider did not answer. The caller holds the transaction."""
    rows = Rung.objects.select_for_update(of=("self",)).select_related("ladder")
    rung = rows.filter(pk=rung_id, state=State.ASKED).first()
    if rung:
        rung.state = State.REFUSED
        rung.save(update_fields=["state"])
        _give_back(rung)


def _give_back(rung: Rung) -> None:
    job = rung.job
    on = (job.created_at if job else rung.created_at).date()
    quotas.give_back(rung.ladder.learner_id, "hint", on)
