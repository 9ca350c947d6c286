from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from courses.models import Achievement, Course, KeyCorrection
from courses.queries.badges import reached_by
from courses.services import (
    achievements,
    authoring,
    boards,
    corrections,
    quizzes,
    ratings,
    sources,
    transfers,
)
from tutorme.core.ids import uuid7
from tutorme.core.jobs import Run, job
from tutorme.core.queue import app


@app.task(name="courses.close_expired_attempts")
def close_expired_attempts() -> None:
    quizzes.close_expired()


@app.task(name="courses.rerank")
def rerank() -> None:
    ratings.rerank()


@job("courses.recount")
def recount(run: Run, *, course_id: str) -> None:
    authoring.recount_learners(UUID(course_id))


@job("courses.regrade")
def regrade(run: Run, *, correction_id: str) -> None:
    correction = KeyCorrection.objects.select_related("question").get(pk=correction_id)
    attempts = corrections.attempts_to_regrade(correction)
    raised = 0
    for done, attempt_id in enumerate(attempts):
        if done % 50 == 0:
            run.progress(done=done, total=len(attempts))
        made = corrections.regrade(correction=correction, attempt_id=attempt_id)
        raised += made is not None
    with run.finishing(result={"attempts": len(attempts), "raised": raised}):
        pass


@app.task(name="courses.tidy_boards")
def tidy_boards() -> None:
    boards.tidy(timezone.now())


@job("courses.backfill_achievement")
def backfill_achievement(run: Run, *, achievement_id: str, actor_id: str | None) -> None:
    """Begun again after a death, it passes over those who have it."""
    row, now, given = Achievement.objects.get(pk=achievement_id), timezone.now(), 0
    for place, user_id in enumerate(reached_by(row.criterion)):
        if place % 100 == 0:
            run.progress(done=place)
        given += achievements.backfill_one(achievement=row, user_id=user_id, now=now)
    with run.finishing(result={"given": given}):
        achievements.backfilled(
            achievement=row, actor_id=UUID(actor_id) if actor_id else None, people=given
        )


@job("courses.import", lease=timedelta(minutes=5), max_attempts=2)
def import_course(run: Run, *, file_id: str, author_id: str, course_id: str | None = None) -> None:
    """An archive becomes a draft: all of it, or nothing."""
    run.progress(step="reading")
    author = User.objects.get(pk=author_id)
    course = Course.objects.editable_by(author).get(pk=course_id) if course_id else None
    with transfers.opened_archive(UUID(file_id)) as archive:
        document = sources.read(archive.texts)
        run.progress(step="files", total=len(archive.files))
        stored = transfers.store_archive(archive, owner_id=author.pk)
    new_id = course.pk if course else uuid7()
    with run.finishing(result={"course": str(new_id)}):
        transfers.bring_in(
            document=document, stored=stored, author=author, course=course, new_id=new_id
        )


@job("courses.export", lease=timedelta(minutes=5), max_attempts=2)
def export_course(run: Run, *, course_id: str, owner_id: str) -> None:
    course = Course.objects.get(pk=course_id)
    run.progress(step="writing")
    file = transfers.export_archive(course=course, owner_id=UUID(owner_id))
    with run.finishing(result={"file": str(file.pk), "slug": course.slug}):
        pass
