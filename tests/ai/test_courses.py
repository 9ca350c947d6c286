"""From a wish to lessons in a course's draft."""

import pytest

from ai.errors import AiCeilingReached, AiQuotaReached, DraftInvalid, DraftNotReady, LookFirst
from ai.models import Draft, Node, Run
from ai.services import accepting, drafts
from courses.models import Course, LessonDraft
from courses.services import checklist
from tests.ai.conftest import BRIEF, MATERIAL
from tutorme.core.errors import PreconditionFailed, ProviderNotConfigured
from tutorme.core.models import Job

pytestmark = pytest.mark.django_db

State = Node.State


def test_an_outline_is_told_as_it_comes(outlined) -> None:
    """What the job said last is the last title of the answer."""
    outline = outlined.outline
    rows = [lesson["title"] for section in outline["sections"] for lesson in section["lessons"]]
    last = (outline["projects"] or [{"title": rows[-1]}])[-1]["title"]
    titles = 1 + len(outline["sections"]) + len(rows) + len(outline["projects"])
    assert outlined.job.step == f"Outline: {titles} · {last}"


def test_outline_then_the_author_then_the_lessons(written, tess) -> None:
    nodes = list(written.nodes.exclude(kind="outline"))
    assert {row.kind for row in nodes} == {"lesson", "project"}
    assert {row.form for row in nodes} == {"text", "quiz", "exercise"}
    assert all(row.state == State.READY for row in nodes), [
        (row.key, row.state, row.findings) for row in nodes if row.state != State.READY
    ]
    first = next(row for row in nodes if row.form == "text")
    assert "tying knots" in first.content["body_md"]
    assert first.model == "openai/gpt-4.1-mini"
    assert first.prompt == "lesson.v1"
    assert first.tokens > 500
    assert first.cost_micros > 0
    job = Job.objects.filter(kind="ai.write").latest("created_at")
    assert (job.state, job.owner_id) == ("succeeded", tess.pk)
    assert Course.objects.count() == 0, "nothing is a course before it is accepted"


def test_every_call_is_on_record(written, tess) -> None:
    runs = Run.objects.filter(draft=written)
    assert {run.state for run in runs} == {"answered"}
    assert runs.filter(purpose="outline").count() == 1
    assert runs.filter(purpose="check").count() == written.nodes.exclude(kind="outline").count()
    assert all(run.user_id == tess.pk and run.cost_micros > 0 for run in runs)


def test_the_same_key_is_the_same_draft(sandbox, tess) -> None:
    made = [drafts.begin(author=tess, brief=BRIEF, materials=[], key="a-wish") for _ in range(3)]
    assert len({draft.pk for draft in made}) == 1
    assert tess.ai_usage.get().used == 1


def test_accepting_makes_a_course_nobody_sees(written, tess) -> None:
    done = accepting.accept_ready(draft=written, actor=tess)
    written.refresh_from_db()
    course = written.course
    assert (course.state, course.version, course.instructor_id) == ("draft", 0, tess.pk)
    rows = list(LessonDraft.objects.filter(course=course).order_by("position"))
    assert len(rows) == done
    titles = [row.title for row in rows]
    assert titles == list(
        written.nodes.exclude(kind="outline").order_by("position").values_list("title", flat=True)
    )
    assert written.state == Draft.State.IN_REVIEW
    node = written.nodes.filter(form="text").first()
    assert (node.state, node.approved_by_id) == ("accepted", tess.pk)
    assert [
        item.text for item in checklist.items(course) if item.is_required and not item.is_done
    ] == []


def test_accepted_in_any_order_they_stand_as_in_the_outline(written, tess) -> None:
    nodes = list(written.nodes.exclude(kind="outline").order_by("position"))
    for node in [nodes[4], nodes[1], nodes[-1], nodes[0]]:
        accepting.accept(node=node, actor=tess)
    rows = LessonDraft.objects.order_by("position").values_list("title", flat=True)
    assert list(rows) == [nodes[n].title for n in (0, 1, 4)] + [nodes[-1].title]


def test_accepting_again_brings_what_changed(written, tess) -> None:
    node = written.nodes.filter(form="text").first()
    accepting.accept(node=node, actor=tess)
    again = accepting.accept(node=Node.objects.get(pk=node.pk), actor=tess)
    assert LessonDraft.objects.count() == 1
    edited = drafts.edit_node(
        node=again,
        content={"body_md": "My own words, and short."},
        actor=tess,
        revision=again.revision,
    )
    assert (edited.state, edited.edited_by_id, edited.ai_generated) == ("ready", tess.pk, True)
    accepting.accept(node=edited, actor=tess)
    assert LessonDraft.objects.get().body == "My own words, and short."


def test_a_lie_in_the_key_needs_a_person(outlined, drain, sandbox, tess) -> None:
    """The second look disagrees three times: three writings, then somebody has to look."""
    outline = outlined.outline
    for section in outline["sections"]:
        section["lessons"] = section["lessons"][:2]
    first = outline["sections"][0]["lessons"]
    first[0]["type"], first[1]["type"] = "quiz", "text"
    first[1]["prerequisites"] = []
    drafts.edit_outline(draft=outlined, outline=outline, actor=tess, revision=1)
    sandbox.fault("chat", "lie", provider="openrouter", times=5)
    drafts.write_lessons(draft=outlined)
    drain()
    node = outlined.nodes.get(key="s1l1")
    assert (node.state, node.tries) == ("needs_human", 3)
    assert "second solution" in node.findings[0]["text"]
    with pytest.raises(LookFirst):
        accepting.accept(node=node, actor=tess)
    assert accepting.accept(node=node, actor=tess, looked=True).state == "accepted"


def test_a_lie_once_is_written_again(begin, drain, sandbox, outlined) -> None:
    sandbox.fault("chat", "break-schema", provider="openrouter", times=1)
    drafts.write_lessons(draft=outlined)
    drain()
    node = outlined.nodes.get(position=1)
    assert (node.state, node.tries) == ("ready", 2)


def test_without_a_usable_answer_the_node_fails_and_can_be_gone_on_with(
    outlined, drain, sandbox
) -> None:
    sandbox.fault("chat", "not-json", provider="openrouter", times=3)
    drafts.write_lessons(draft=outlined)
    drain()
    outlined.refresh_from_db()
    node = outlined.nodes.get(position=1)
    assert (node.state, node.content, outlined.state) == ("failed", None, "draft_ready")


def test_a_provider_that_refuses_stops_it_and_it_goes_on_where_it_stood(
    outlined, drain, sandbox
) -> None:
    drafts.write_lessons(draft=outlined)
    sandbox.fault("chat", "blocked", provider="openrouter", times=1)
    drain()
    outlined.refresh_from_db()
    assert (outlined.state, "blocked" in outlined.error) == ("failed", True)
    before = Run.objects.filter(state="answered").count()
    drafts.resume(draft=outlined)
    drain()
    outlined.refresh_from_db()
    assert outlined.state == "draft_ready"
    lessons = outlined.nodes.exclude(kind="outline").count()
    assert Run.objects.filter(state="answered").count() == before + 2 * lessons


def test_a_failed_beginning_costs_nothing_of_the_day(begin, drain, sandbox, tess) -> None:
    draft = begin()
    sandbox.fault("chat", "blocked", provider="openrouter")
    drain()
    draft.refresh_from_db()
    assert (draft.state, draft.counted_on) == ("failed", None)
    assert tess.ai_usage.get().used == 0
    drafts.resume(draft=draft)
    drain()
    draft.refresh_from_db()
    assert (draft.state, tess.ai_usage.get().used) == ("outline_ready", 1)


def test_stopping_keeps_what_is_written(outlined, drain) -> None:
    drafts.write_lessons(draft=outlined)
    outlined.refresh_from_db()
    drafts.stop(draft=outlined)
    drain()
    outlined.refresh_from_db()
    assert outlined.state == "stopped"
    assert outlined.job.state == "cancelled"
    drafts.resume(draft=outlined)
    drain()
    outlined.refresh_from_db()
    assert outlined.state == "draft_ready"


@pytest.mark.parametrize("state", ["stopped", "failed"])
def test_what_is_written_is_accepted_where_the_rest_is_not(written, tess, drain, state) -> None:
    last = written.nodes.last()
    Node.objects.filter(pk=last.pk).update(state="waiting", content=None, tries=0)
    Draft.objects.filter(pk=written.pk).update(state=state)
    written.refresh_from_db()
    done = accepting.accept_ready(draft=written, actor=tess)
    written.refresh_from_db()
    assert LessonDraft.objects.count() == done == written.nodes.count() - 2
    assert (written.state, drafts.can_resume(written)) == (state, True)
    with pytest.raises(DraftNotReady):
        drafts.write_again(node=written.nodes.get(position=1))
    drafts.resume(draft=written)
    drain()
    written.refresh_from_db()
    assert written.state == "draft_ready"
    assert accepting.accept_ready(draft=written, actor=tess) == 1


def test_the_ceiling_holds_while_it_works(outlined, drain) -> None:
    outlined.ceiling_micros = 1
    outlined.save()
    with pytest.raises(AiCeilingReached):
        drafts.write_lessons(draft=outlined)
    spent = sum(run.cost_micros for run in outlined.runs.all())
    outlined.ceiling_micros = spent + drafts.estimate(outlined).least_micros
    outlined.save()
    drafts.write_lessons(draft=outlined)
    outlined.ceiling_micros = spent + 9_000
    Draft.objects.filter(pk=outlined.pk).update(ceiling_micros=outlined.ceiling_micros)
    drain()
    outlined.refresh_from_db()
    assert outlined.state == "failed"
    assert outlined.error
    assert sum(run.cost_micros for run in outlined.runs.all()) <= outlined.ceiling_micros


def test_quota_of_the_day(begin) -> None:
    begin()
    with pytest.raises(AiQuotaReached):
        begin()
    assert Draft.objects.count() == 1


def test_without_a_key_it_is_off(begin, settings) -> None:
    settings.OPENROUTER = {**settings.OPENROUTER, "api_key": ""}
    with pytest.raises(ProviderNotConfigured):
        begin()


def test_an_outline_is_edited_within_its_rules(outlined, tess) -> None:
    outline = outlined.outline
    outline["title"] = "Knots, my way"
    drafts.edit_outline(draft=outlined, outline=outline, actor=tess, revision=1)
    outlined.refresh_from_db()
    assert (outlined.title, outlined.revision) == ("Knots, my way", 2)
    with pytest.raises(PreconditionFailed):
        drafts.edit_outline(draft=outlined, outline=outline, actor=tess, revision=1)
    outline["sections"][0]["lessons"][0]["prerequisites"] = ["s3l2"]
    with pytest.raises(DraftInvalid) as caught:
        drafts.edit_outline(draft=outlined, outline=outline, actor=tess, revision=2)
    assert "no earlier lesson" in caught.value.extras["problems"][0]


def test_steps_wait_for_one_another(outlined, begin) -> None:
    with pytest.raises(DraftNotReady):
        drafts.resume(draft=outlined)
    with pytest.raises(DraftNotReady):
        drafts.stop(draft=outlined)


def test_materials_are_quoted_and_their_links_kept(written) -> None:
    quiz = written.nodes.filter(form="quiz").first()
    sources = [row["source"] for row in quiz.content["quiz"]["questions"] if row["source"]]
    for source in sources:
        assert source["quote"] in MATERIAL["text"]
