from uuid import UUID

from django.utils import timezone

from courses.models import Achievement
from courses.queries.badges import reached_by
from courses.services import achievements, authoring, boards, quizzes, ratings
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
