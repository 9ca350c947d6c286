"""What an author changes is solved once more before it counts as solved."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from ai.errors import AiQuotaReached, DraftNotReady, LookFirst
from ai.models import Draft, Node, Run
from ai.services import accepting, drafts, solving
from tests.ai.conftest import QUIZ
from tests.ai.test_edited_questions import typed
from tutorme.core.errors import ProviderNotConfigured
from tutorme.core.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def quiz(sandbox, tess, drain) -> Node:
    drafts.begin(author=tess, brief={**QUIZ, "count": 8}, materials=[])
    drain()
    node = Node.objects.get()
    assert (node.state, node.findings) == ("ready", [])
    return node


def single(content: dict[str, Any]) -> dict[str, Any]:
    return next(row for row in content["questions"] if row["type"] == "single")


def with_a_wrong_key(content: dict[str, Any]) -> dict[str, Any]:
    changed = copy.deepcopy(content)
    options = single(changed)["options"]
    right = next(n for n, row in enumerate(options) if row["correct"])
    options[right]["correct"], options[right - 1]["correct"] = False, True
    return changed


def with_another_word(content: dict[str, Any]) -> dict[str, Any]:
    changed = copy.deepcopy(content)
    single(changed)["prompt_md"] = "Which of these would you do?"
    return changed


@pytest.fixture
def edited(quiz, tess) -> Callable[..., Node]:
    def edit(change: Callable[[Any], Any] = with_another_word) -> Node:
        node = Node.objects.get(pk=quiz.pk)
        content = change(node.content)
        return drafts.edit_node(node=node, content=content, actor=tess, revision=node.revision)

    return edit


def codes(node: Node) -> list[str]:
    node.refresh_from_db()
    return [row["code"] for row in node.findings]


def test_an_edited_question_is_marked_until_it_is_solved(edited, drain, tess) -> None:
    node = edited()
    assert (node.state, codes(node), node.is_unsolved) == ("needs_human", ["unsolved"], True)
    assert accepting.accept_ready(draft=node.draft, actor=tess) == 0
    with pytest.raises(LookFirst):
        accepting.accept(node=node, actor=tess)
    checks, cost = Run.objects.filter(purpose="check").count(), node.cost_micros
    job = solving.solve(node=node)
    drain()
    assert (codes(node), node.state) == ([], "ready")
    assert Run.objects.filter(purpose="check").count() == checks + 1
    assert node.cost_micros > cost
    job.refresh_from_db()
    assert (job.state, job.owner_id) == ("succeeded", tess.pk)
    assert Draft.objects.get().state == "draft_ready", "the draft stays open all the while"


def test_a_key_its_author_got_wrong_is_found_and_nothing_is_rewritten(edited, drain) -> None:
    node = edited(with_a_wrong_key)
    mine, tries = node.content, node.tries
    solving.solve(node=node)
    drain()
    assert (codes(node), node.state) == (["solve"], "needs_human")
    assert (node.content, node.tries) == (mine, tries)
    assert node.edited_by_id


def test_saving_it_again_does_not_take_the_doubt_away(edited, drain) -> None:
    node = edited(with_a_wrong_key)
    solving.solve(node=node)
    drain()
    assert codes(edited(lambda content: content)) == ["solve"]
    assert codes(edited(with_a_wrong_key)) == ["unsolved"], "changed again: not solved again"
    assert codes(edited(lambda content: content)) == ["unsolved"]


def test_a_lesson_that_asks_nothing_is_not_marked(written, tess) -> None:
    node = written.nodes.filter(form="text").first()
    content = {"body_md": "My own words."}
    row = drafts.edit_node(node=node, content=content, actor=tess, revision=node.revision)
    assert (row.state, row.findings) == ("ready", [])
    with pytest.raises(DraftNotReady):
        solving.solve(node=row)


def test_what_checks_find_stands_beside_what_the_second_look_says(edited, drain) -> None:
    def twice(content: dict[str, Any]) -> dict[str, Any]:
        changed = with_a_wrong_key(content)
        changed["questions"][1]["prompt_md"] = changed["questions"][0]["prompt_md"]
        return changed

    node = edited(twice)
    solving.solve(node=node)
    drain()
    assert {"alike", "solve"} <= set(codes(node))


def test_an_edit_on_the_way_is_not_what_was_solved(edited, drain, tess) -> None:
    node = edited()
    solving.solve(node=node)
    edited(with_a_wrong_key)
    drain()
    assert codes(node) == ["unsolved"]
    assert tess.ai_usage.get(kind="solve").used == 0, "nothing was asked"
    solving.solve(node=node)
    drain()
    assert codes(node) == ["solve"]


def test_the_day_has_an_allowance_and_one_look_counts_once(edited, settings, drain, tess) -> None:
    settings.AI_A_DAY = {**settings.AI_A_DAY, "solve": (1, 1)}
    node = edited()
    assert solving.solve(node=node).pk == solving.solve(node=node).pk
    assert tess.ai_usage.get(kind="solve").used == 1
    drain()
    node = edited(with_a_wrong_key)
    with pytest.raises(AiQuotaReached):
        solving.solve(node=node)
    assert codes(node) == ["unsolved"]


def test_a_look_that_failed_costs_nothing_and_can_be_had_again(
    edited, sandbox, drain, settings, tess
) -> None:
    settings.AI_A_DAY = {**settings.AI_A_DAY, "solve": (1, 1)}
    node = edited()
    sandbox.fault("chat", "blocked", provider="openrouter")
    first = solving.solve(node=node)
    drain()
    first.refresh_from_db()
    assert (first.state, codes(node)) == ("failed", ["unsolved"])
    assert tess.ai_usage.get(kind="solve").used == 0
    assert solving.solve(node=node).pk != first.pk
    drain()
    assert codes(node) == []


def test_an_answer_of_no_use_leaves_the_mark(edited, sandbox, drain) -> None:
    node = edited()
    sandbox.fault("chat", "not-json", provider="openrouter")
    solving.solve(node=node)
    drain()
    assert codes(node) == ["check", "unsolved"]
    solving.solve(node=node)
    drain()
    assert codes(node) == []


def test_accepted_on_the_way_it_stays_accepted(edited, drain, tess) -> None:
    node = edited(with_a_wrong_key)
    solving.solve(node=node)
    Node.objects.filter(pk=node.pk).update(
        state="accepted", lesson_id=node.pk, approved_at=node.draft.created_at
    )
    drain()
    assert (codes(node), node.state) == (["solve"], "accepted")


def test_another_version_is_the_models_again(edited, drain) -> None:
    node = edited()
    drafts.write_again(node=node)
    drain()
    node.refresh_from_db()
    assert (node.edited_by_id, node.findings, node.state) == (None, [], "ready")


def test_without_a_model_there_is_no_second_look(edited, settings) -> None:
    node = edited()
    settings.OPENROUTER = {**settings.OPENROUTER, "api_key": ""}
    with pytest.raises(ProviderNotConfigured):
        solving.solve(node=node)


def test_on_the_page(quiz, tess, client: Client, drain) -> None:
    client.force_login(tess)
    here = f"/teach/ai/{quiz.draft_id}/parts/{quiz.key}/"
    assert b"not solved again" not in client.get(here).content
    place = quiz.content["questions"].index(single(quiz.content))
    said = {**typed(quiz), f"q{place}-prompt_md": "Which one holds?"}
    assert client.post(here, said).status_code == 302
    page = client.get(here).content
    assert b"Edited, and not solved again" in page
    assert b"Solve it again" in page
    assert b"not solved again" in client.get(f"/teach/ai/{quiz.draft_id}/").content
    assert client.post(here, {"act": "solve"}).status_code == 302
    waiting = client.get(here).content
    assert b"Solving it without the key" in waiting
    assert b'http-equiv="refresh"' in waiting
    drain()
    assert b"not solved again" not in client.get(here).content
    assert client.post(here, {"act": "solve"}).status_code == 409
    quiz.refresh_from_db()
    said = {**typed(quiz), f"q{place}-prompt_md": "Which one slips?", "act": "edit-solve"}
    assert client.post(here, said).status_code == 302
    assert Job.objects.filter(kind="ai.solve").count() == 2


def test_through_the_api(edited, api, tess, orla, drain) -> None:
    node = edited()
    path = f"/api/v1/ai/drafts/{node.draft_id}/nodes/{node.key}/solve/"
    assert api(orla).post(path).status_code == 404
    answer = api(tess).post(path)
    assert answer.status_code == 202
    assert answer["Location"] == f"/api/v1/jobs/{answer.json()['job']}/"
    drain()
    assert api(tess).get(answer["Location"]).json()["state"] == "succeeded"
    assert api(tess).post(path).status_code == 409
    assert api(tess).get("/api/v1/ai/usage/").json()["solve"]["used"] == 1
