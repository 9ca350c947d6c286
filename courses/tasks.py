from uuid import UUID

from courses.services import authoring, quizzes, ratings
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
