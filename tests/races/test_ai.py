"""Allowances hold and parts are accepted once, whoever is at it at the same time; a worker that is
killed loses one call."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.models.functions import Now

from ai import costs
from ai.errors import AiCeilingReached, AiQuotaReached
from ai.models import Draft, Node, Run, Usage
from ai.schemas import CHECK
from ai.services import accepting, asking, drafts, quotas, solving
from ai.services.asking import Question
from courses.models import LessonDraft
from tests.ai.conftest import BRIEF, begin, outlined, written  # noqa: F401  fixtures
from tests.nursery import nursery
from tests.payments.dying import LIVED
from tests.races.parallel import together
from tutorme.core import jobs
from tutorme.core.models import Job

pytestmark = pytest.mark.django_db(transaction=True)


def test_parallel_requests_never_pass_the_allowance(tess, settings, sandbox) -> None:
    settings.AI_A_DAY = {**settings.AI_A_DAY, "course": (3, 3)}
    results = together([lambda: drafts.begin(author=tess, brief=BRIEF, materials=[])] * 10)
    assert sum(isinstance(row, Draft) for row in results) == 3
    assert sum(isinstance(row, AiQuotaReached) for row in results) == 7
    assert (Draft.objects.count(), Usage.objects.get().used) == (3, 3)
    assert Job.objects.filter(kind="ai.write").count() == 3


def test_counting_before_writing_passes_it(tess, settings) -> None:
    """The control: what reads first and writes then lets more through."""
    quotas.take(tess.pk, "hint")
    Usage.objects.update(used=0)

    def naive() -> bool:
        row = Usage.objects.get(user=tess, kind="hint", on=datetime.now(UTC).date())
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.3)")
        if row.used >= 3:
            return False
        Usage.objects.filter(pk=row.pk).update(used=row.used + 1)
        return True

    assert sum(together([naive] * 8)) > 3


def test_the_same_key_at_once_is_one_draft_and_one_unit(tess, sandbox) -> None:
    results = together(
        [lambda: drafts.begin(author=tess, brief=BRIEF, materials=[], key="same")] * 8
    )
    assert len({row.pk for row in results}) == 1
    assert Usage.objects.get().used == 1


def test_parallel_acceptance_makes_one_lesson(written, tess) -> None:  # noqa: F811
    node = written.nodes.filter(form="text").first()
    results = together([lambda: accepting.accept(node=node, actor=tess)] * 6)
    assert {row.lesson_id for row in results if isinstance(row, Node)} == {
        LessonDraft.objects.get().pk
    }


def test_parallel_second_looks_are_one_look(written, tess, settings) -> None:  # noqa: F811
    settings.AI_A_DAY = {**settings.AI_A_DAY, "solve": (20, 20)}
    node = written.nodes.filter(form="quiz").first()
    Node.objects.filter(pk=node.pk).update(state="needs_human", findings=drafts.unsolved())
    results = together([lambda: solving.solve(node=node)] * 8)
    assert len({row.pk for row in results}) == 1, results
    assert Usage.objects.get(kind="solve").used == 1


def test_a_zombie_changes_nothing(outlined, drain) -> None:  # noqa: F811
    """An answer that comes after the author has changed the node is dropped."""
    from ai.services import steps

    drafts.write_lessons(draft=outlined)
    node = outlined.nodes.get(position=1)
    stale = Node.objects.get(pk=node.pk)
    Node.objects.filter(pk=node.pk).update(revision=5, state="ready", content={"body_md": "Mine."})
    run = Run.objects.create(purpose="lesson", prompt="lesson.v1", model_asked="m")
    steps._keep_writing(stale, run, {"body_md": "A zombie's."}, [])
    assert Node.objects.get(pk=node.pk).content == {"body_md": "Mine."}


def short(outline: dict) -> dict:
    sections = outline["sections"][:3]
    for section in sections:
        section["lessons"] = section["lessons"][:2]
        for lesson in section["lessons"]:
            lesson["prerequisites"] = []
    return {**outline, "sections": sections, "projects": []}


@pytest.mark.processes
def test_a_worker_killed_again_and_again_loses_no_more_than_calls(outlined, sandbox, tess) -> None:  # noqa: F811
    drafts.edit_outline(draft=outlined, outline=short(outlined.outline), actor=tess, revision=1)
    drafts.write_lessons(draft=outlined)
    outlined.refresh_from_db()
    before = Run.objects.count()
    deaths = 0
    with nursery("tests.ai.dying", SANDBOX_URL=sandbox.url) as born:
        for boundary in (3, 6, 4, 5):
            status = worked(born, outlined, boundary)
            if status == LIVED:
                break
            assert status == -9
            deaths += 1
            Job.objects.filter(state="running").update(lease_until=Now())
        assert deaths == 4
        assert worked(born, outlined, 100_000) == LIVED
    outlined.refresh_from_db()
    assert outlined.state == "draft_ready"
    nodes = outlined.nodes.exclude(kind="outline")
    assert {(row.state, row.tries) for row in nodes} == {("ready", 1)}
    calls = Run.objects.count() - before
    assert 12 <= calls <= 12 + deaths, "two calls a lesson, and those that died with their worker"
    assert Run.objects.filter(state="started").count() <= deaths


def worked(born, draft: Draft, boundary: int) -> int:
    child = born(boundary, draft.job_id)
    code: int = child.wait()
    assert code in {-9, LIVED}, child.said()
    return code


def test_calls_at_once_never_pass_the_ceiling(outlined, tess, sandbox) -> None:  # noqa: F811
    """Room for one is not room for each of those who look at the same time."""
    worst = costs.of_call("check", "x" * 600)
    Draft.objects.update(ceiling_micros=asking.spent(outlined) + 2 * worst)
    asked = Question("check", {"language": "en", "questions": []}, CHECK, tess.pk, outlined)
    results = together([lambda: asking._opened(asked, "check.v1", worst)] * 8)
    assert sum(isinstance(row, Run) for row in results) == 2, results
    assert sum(isinstance(row, AiCeilingReached) for row in results) == 6


def test_a_look_cancelled_by_many_at_once_is_given_back_once(written, tess, settings) -> None:  # noqa: F811
    settings.AI_A_DAY = {**settings.AI_A_DAY, "solve": (20, 20)}
    node = written.nodes.filter(form="quiz").first()
    Node.objects.filter(pk=node.pk).update(state="needs_human", findings=drafts.unsolved())
    for _ in range(5):
        quotas.take(tess.pk, "solve")
    job = solving.solve(node=node)
    together([lambda: jobs.cancel(job)] * 6)
    assert Usage.objects.get(kind="solve").used == 5
