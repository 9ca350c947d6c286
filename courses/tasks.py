from uuid import UUID

from courses.models import KeyCorrection
from courses.services import authoring, corrections, quizzes, ratings
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
