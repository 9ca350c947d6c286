"""A ladder of hints inside a lesson: from its own text, three and then an example of something
similar, and never the answer of what still counts."""

from datetime import date
from uuid import UUID

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
        on = quotas.take(row.learner_id, "hint")
        rung = _next(row, rungs)
        rung.job = jobs.enqueue(
            "ai.hint",
            key=f"ai.hint:{rung.pk}:{uuid7()}",
            args={"rung_id": rung.pk, "on": on.isoformat()},
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


def write(rung_id: int, job_id: UUID) -> str:
    """What may be shown of what the model wrote; empty where it gave the answer away each time, and
    where nobody waits for it."""
    rung = Rung.objects.select_related("ladder__lesson", "job").get(pk=rung_id)
    if not _is_awaited(rung, job_id):
        return ""
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


def _is_awaited(rung: Rung, job_id: UUID) -> bool:
    """By this job, or by one that ended without a hint: it may be run again."""
    job = rung.job
    return rung.state != State.GIVEN and (job is None or job.pk == job_id or job.is_final)


def give(rung_id: int, job_id: UUID, text: str, on: date | None) -> None:
    """The caller holds the transaction that ends the job; `on` is the day it is counted on."""
    rung = _held(rung_id)
    if rung is None or not _is_awaited(rung, job_id):
        return
    rung.text, rung.state = text, State.GIVEN if text else State.REFUSED
    rung.save(update_fields=["text", "state"])
    if not text:
        quotas.give_back(rung.ladder.learner_id, "hint", on)


def refused(rung_id: int, on: date | None) -> None:
    """The provider did not answer, or nobody asked it. The caller holds the transaction that ended
    the job; of another that is under way nothing is taken."""
    rung = _held(rung_id)
    if rung is None or (rung.job and not rung.job.is_final):
        return
    if rung.state == State.ASKED:
        rung.state = State.REFUSED
        rung.save(update_fields=["state"])
    quotas.give_back(rung.ladder.learner_id, "hint", on)


def _held(rung_id: int) -> Rung | None:
    rows = Rung.objects.select_for_update(of=("self",)).select_related("ladder", "job")
    return rows.filter(pk=rung_id).first()
