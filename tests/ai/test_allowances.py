"""What nothing came of is given back, once; what was spent is counted, whatever came of it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from ai import costs, prompts
from ai.errors import AiCeilingReached
from ai.models import Draft, Ladder, Node, Run, Rung, Usage
from ai.services import asking, drafts, helping, matching, quotas, solving
from ai.services.asking import Question
from tests.ai.conftest import QUIZ
from tests.ai.test_help import lesson, place  # noqa: F401  fixtures
from tests.ai.test_matching import subjects, teaching, wish  # noqa: F401  a fixture
from tutorme.core import jobs
from tutorme.core.gateways import GatewayError, GatewayRejected, GatewayUnavailable
from tutorme.core.models import Job

pytestmark = pytest.mark.django_db


def used(user, kind: str) -> int:
    return Usage.objects.filter(user=user, kind=kind).values_list("used", flat=True).first() or 0


def ended(job: Job | None, drain: Callable[[], None]) -> Job:
    assert job is not None
    drain()
    job.refresh_from_db()
    return job


# A second look ---------------------------------------------------------------------------------


@pytest.fixture
def edited(sandbox, tess, drain) -> Node:
    drafts.begin(author=tess, brief=QUIZ, materials=[])
    drain()
    node = Node.objects.get()
    Node.objects.update(state="needs_human", findings=drafts.unsolved())
    # Somebody else's unit of the same day: what is given back twice takes it away.
    quotas.take(tess.pk, "solve")
    node.refresh_from_db()
    return node


def test_a_look_that_is_cancelled_while_it_waits_is_given_back_once(edited, tess, drain) -> None:
    job = solving.solve(node=edited)
    assert used(tess, "solve") == 2
    for _ in range(3):
        jobs.cancel(job)
    assert used(tess, "solve") == 1
    again = solving.solve(node=edited)
    assert (again.pk != job.pk, used(tess, "solve")) == (True, 2)
    drain()
    assert (used(tess, "solve"), Node.objects.get().is_unsolved) == (2, False)


def test_cancelled_while_it_runs_and_then_held_up_it_is_given_back_once(
    edited, tess, sandbox
) -> None:
    sandbox.fault("chat", "overloaded", provider="openrouter", times=3)
    job = solving.solve(node=edited)
    Job.objects.filter(pk=job.pk).update(cancel_requested=True, state="queued")
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, used(tess, "solve")) == ("cancelled", 1)


@pytest.mark.parametrize("ends", ["failed", "cancelled"])
def test_run_again_by_an_operator_it_gives_nothing_back_a_second_time(
    edited, tess, sandbox, drain, ends: str
) -> None:
    sandbox.fault("chat", "blocked", provider="openrouter", times=2)
    job = solving.solve(node=edited)
    if ends == "cancelled":
        jobs.cancel(job)
    assert ended(job, drain).state == ends
    assert used(tess, "solve") == 1
    again = jobs.retry(job)
    if ends == "cancelled":
        jobs.cancel(again)
    assert ended(again, drain).state == ends
    assert used(tess, "solve") == 1, "the unit of somebody else is still there"
    sandbox.http.delete(f"{sandbox.url}/_faults")
    last = jobs.retry(again)
    assert ended(last, drain).state == "succeeded"
    assert (used(tess, "solve"), Node.objects.get().is_unsolved) == (1, False)


def test_the_control_the_same_arguments_give_back_twice(edited, tess, sandbox, drain) -> None:
    """What `again` of the job's kind is for."""
    sandbox.fault("chat", "blocked", provider="openrouter", times=2)
    job = ended(solving.solve(node=edited), drain)
    ended(jobs.enqueue(job.kind, key="naive", args=job.args, owner_id=tess.pk), drain)
    assert used(tess, "solve") == 0


def test_a_look_of_no_use_is_given_back(edited, tess, sandbox, drain) -> None:
    sandbox.fault("chat", "not-json", provider="openrouter")
    assert ended(solving.solve(node=edited), drain).state == "succeeded"
    assert (used(tess, "solve"), Node.objects.get().is_unsolved) == (1, True)


# A hint ----------------------------------------------------------------------------------------

TASK = "How do I find out where a parliament meets?"


@pytest.fixture
def asked(sandbox, place, lesson) -> Rung:  # noqa: F811
    ladder = helping.begin(enrollment=place, lesson=lesson, task=TASK)
    quotas.take(place.user_id, "hint")
    return helping.climb(ladder=ladder, enrollment=place)


def test_a_hint_that_is_cancelled_is_given_back_and_can_be_asked_for_again(
    asked,
    place,  # noqa: F811
    sam,
    drain,
) -> None:
    for _ in range(2):
        jobs.cancel(asked.job)
    asked.refresh_from_db()
    assert (asked.state, used(sam, "hint")) == ("refused", 1)
    again = helping.climb(ladder=Ladder.objects.get(), enrollment=place)
    drain()
    again.refresh_from_db()
    assert (again.pk, again.state, used(sam, "hint")) == (asked.pk, "given", 2)


def test_a_hint_run_again_gives_nothing_back_twice_and_may_be_given(
    asked, sam, sandbox, drain
) -> None:
    sandbox.fault("chat", "blocked", provider="openrouter", times=2)
    job = ended(asked.job, drain)
    again = jobs.retry(job)
    assert (job.state, ended(again, drain).state, used(sam, "hint")) == ("failed", "failed", 1)
    last = jobs.retry(again)
    assert ended(last, drain).state == "succeeded"
    asked.refresh_from_db()
    assert (asked.state, used(sam, "hint")) == ("given", 1)


def test_a_hint_run_again_leaves_the_one_that_is_asked_for_meanwhile(
    asked,
    place,  # noqa: F811
    sam,
    sandbox,
    drain,
) -> None:
    sandbox.fault("chat", "blocked", provider="openrouter")
    job = ended(asked.job, drain)
    helping.climb(ladder=Ladder.objects.get(), enrollment=place)
    calls = Run.objects.count()
    jobs.run(jobs.retry(job).pk)
    asked.refresh_from_db()
    assert (asked.state, Run.objects.count(), used(sam, "hint")) == ("asked", calls, 2)
    drain()
    asked.refresh_from_db()
    text = asked.text
    assert asked.state == "given"
    jobs.run(jobs.enqueue("ai.hint", key="late", args={"rung_id": asked.pk, "on": ""}).pk)
    asked.refresh_from_db()
    assert (asked.state, asked.text, used(sam, "hint")) == ("given", text, 2)


# Words for a match -----------------------------------------------------------------------------


@pytest.mark.parametrize(("fault", "left"), [("blocked", 1), ("not-json", 1), ("", 2)])
def test_words_that_do_not_come_are_given_back_once(
    sam, sandbox, drain, fault: str, left: int
) -> None:
    teaching("Some")
    quotas.take(sam.pk, "match")
    match = matching.put_in_words(match=matching.find(student=sam, wishes=wish()))
    if fault:
        sandbox.fault("chat", fault, provider="openrouter", times=2)
    job = ended(match.job, drain)
    assert used(sam, "match") == left
    if job.state == "failed":
        ended(jobs.retry(job), drain)
        assert used(sam, "match") == left


def test_words_that_are_cancelled_are_given_back(sam, sandbox) -> None:
    teaching("Some")
    quotas.take(sam.pk, "match")
    matching.put_in_words(match=matching.find(student=sam, wishes=wish()))
    for _ in range(2):
        jobs.cancel(Job.objects.get(kind="ai.word_match"))
    assert used(sam, "match") == 1


# A draft ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["page", "api"])
def test_a_draft_that_is_stopped_before_anything_was_asked_costs_nothing(
    begin, tess, drain, way: str
) -> None:
    draft = begin()
    if way == "page":
        drafts.stop(draft=draft)
    else:
        jobs.cancel(draft.job)
    draft.refresh_from_db()
    assert (draft.state, draft.counted_on, used(tess, "course")) == ("stopped", None, 0)
    drafts.resume(draft=draft)
    drain()
    draft.refresh_from_db()
    assert (draft.state, used(tess, "course")) == ("outline_ready", 1)


def test_a_draft_that_is_stopped_after_the_model_was_asked_is_counted(begin, tess, drain) -> None:
    draft = begin()
    Run.objects.create(draft=draft, purpose="outline", prompt="outline.v1", model_asked="m")
    drafts.stop(draft=draft)
    drafts.resume(draft=draft)
    drain()
    assert used(tess, "course") == 1


@pytest.mark.parametrize("ends", ["failed", "cancelled"])
def test_what_becomes_of_a_job_before_is_no_matter_to_a_draft_that_was_begun_again(
    begin, tess, ends: str
) -> None:
    """A job that was asked to stop while the model answers ends long after its author went on."""
    draft = begin()
    Job.objects.update(state="running", attempts=1, lease_until=Now() + timedelta(minutes=1))
    drafts.stop(draft=Draft.objects.get())
    drafts.resume(draft=Draft.objects.get())
    if ends == "failed":
        drafts.failed(draft.pk, {"detail": "late"})
    else:
        drafts.cancelled(draft.pk)
    draft.refresh_from_db()
    assert (draft.state, bool(draft.counted_on), used(tess, "course")) == ("queued", True, 1)


def test_a_job_that_was_asked_to_stop_hands_over_to_none(begin) -> None:
    draft = begin()
    Job.objects.update(cancel_requested=True)
    drafts.go_on(draft.pk)
    draft.refresh_from_db()
    assert (draft.state, Job.objects.count()) == ("stopped", 1)


# Money -----------------------------------------------------------------------------------------


def question(draft: Draft | None = None, user=None) -> Question:
    from ai.schemas import CHECK

    return Question("check", {"language": "en", "questions": []}, CHECK, user.pk, draft)


def failing(user, on_text: Callable[[str], None] | None = None) -> Run:
    with pytest.raises(GatewayError):
        asking.ask(question(user=user), on_text)
    return Run.objects.get()


def test_an_error_that_says_what_it_cost_is_counted(tess, sandbox) -> None:
    sandbox.fault("chat", "billed-error", provider="openrouter", issue="403")
    run = failing(tess)
    assert (run.state, run.prompt_tokens > 100) == ("refused", True)
    assert run.cost_micros > 0


def test_every_try_that_was_billed_is_counted(tess, sandbox) -> None:
    sandbox.fault("chat", "billed-error", provider="openrouter", issue="403")
    once = failing(tess).cost_micros
    assert once > 0
    Run.objects.all().delete()
    sandbox.fault("chat", "billed-error", provider="openrouter", issue="502", times=3)
    assert failing(tess).cost_micros == 3 * once
    Run.objects.all().delete()
    asking.ask(question(user=tess))
    alone = Run.objects.get().cost_micros
    Run.objects.all().delete()
    sandbox.fault("chat", "billed-error", provider="openrouter", issue="502", times=2)
    asking.ask(question(user=tess))
    run = Run.objects.get()
    assert (run.state, run.cost_micros) == ("answered", alone + 2 * once)


@pytest.mark.parametrize("kind", ["blocked", "bad-key", "overloaded"])
def test_an_error_that_cost_nothing_is_counted_as_nothing(tess, sandbox, kind: str) -> None:
    sandbox.fault("chat", kind, provider="openrouter", times=3)
    run = failing(tess)
    assert (run.cost_micros, run.tokens) == (0, 0)


def test_half_a_stream_is_counted_as_it_says_or_as_far_as_it_was_heard(tess, sandbox) -> None:
    found = {}
    for kind in ("mid-error", "break-off"):
        sandbox.fault("chat", kind, provider="openrouter")
        found[kind] = failing(tess, lambda _text: None)
        Run.objects.all().delete()
    assert all(run.cost_micros > 0 and run.completion_tokens > 0 for run in found.values())
    assert {run.state for run in found.values()} == {"unavailable"}
    said, heard = found["mid-error"], found["break-off"]
    assert said.prompt_tokens < heard.prompt_tokens, (
        "the provider counts, or we reckon: three bytes"
    )
    assert heard.cost_micros < costs.of_call("check", "")


def test_a_stream_that_ends_well_is_counted_once(tess, sandbox) -> None:
    asking.ask(question(user=tess))
    whole = Run.objects.get()
    Run.objects.all().delete()
    asking.ask(question(user=tess), lambda _text: None)
    streamed = Run.objects.get()
    assert (streamed.cost_micros, streamed.tokens) == (whole.cost_micros, whole.tokens)


def bound_of_one(user) -> int:
    """What a try of it is noted down with before it is made."""
    asked = question(user=user)
    messages = prompts.messages(prompts.latest(asked.purpose), asked.given)
    return costs.of_call(asked.purpose, "".join(row["content"] for row in messages))


def test_a_call_that_left_and_was_never_answered_counts_with_the_bound_of_each_try(
    tess, sandbox
) -> None:
    sandbox.fault("chat", "reset", provider="openrouter", times=3)
    run = failing(tess)
    assert (run.state, run.cost_micros) == ("unavailable", 3 * bound_of_one(tess))


def test_a_silent_try_before_an_answer_is_counted_beside_it(tess, sandbox) -> None:
    asking.ask(question(user=tess))
    alone = Run.objects.get()
    Run.objects.all().delete()
    sandbox.fault("chat", "reset", provider="openrouter", times=2)
    asking.ask(question(user=tess))
    run = Run.objects.get()
    assert run.state == "answered"
    assert run.cost_micros == alone.cost_micros + 2 * bound_of_one(tess)
    assert run.tokens == alone.tokens, "nobody said how many those were"


def test_a_silent_try_before_a_refusal_is_counted_too(tess, sandbox) -> None:
    sandbox.fault("chat", "reset", provider="openrouter")
    sandbox.fault("chat", "blocked", provider="openrouter")
    run = failing(tess)
    assert (run.state, run.cost_micros) == ("refused", bound_of_one(tess))


def test_the_control_a_try_that_never_left_costs_nothing(tess, sandbox, settings) -> None:
    settings.OPENROUTER = {**settings.OPENROUTER, "base_url": "http://127.0.0.1:1"}
    run = failing(tess)
    assert (run.state, run.cost_micros) == ("unavailable", 0)


def test_what_a_failed_call_cost_counts_towards_the_ceiling(outlined, sandbox, tess) -> None:
    sandbox.fault("chat", "billed-error", provider="openrouter", issue="403")
    before = asking.spent(outlined)
    with pytest.raises(GatewayRejected):
        asking.ask(question(outlined, tess))
    assert asking.spent(outlined) > before
    Draft.objects.update(ceiling_micros=asking.spent(outlined) + 10)
    with pytest.raises(AiCeilingReached):
        asking.ask(question(outlined, tess))


def test_a_breaker_that_rests_costs_nothing(tess, sandbox) -> None:
    sandbox.fault("chat", "edge-timeout", provider="openrouter", times=15)
    for _ in range(5):
        failing(tess)
        Run.objects.all().delete()
    with pytest.raises(GatewayUnavailable, match="resting"):
        asking.ask(question(user=tess))
    assert Run.objects.get().cost_micros == 0
