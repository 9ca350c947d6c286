"""Every call to the model goes through here: allowed, counted before, settled after."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Sum
from django.utils.crypto import salted_hmac

from ai import costs, prompts
from ai.errors import AiCeilingReached
from ai.gateways import chat
from ai.gateways.reading import Answer
from ai.models import Draft, Run
from tutorme.core.gateways import GatewayError, GatewayUnavailable


@dataclass(frozen=True)
class Question:
    """`purpose` names the prompt and the run; `given` is the data it is asked with."""

    purpose: str
    given: dict[str, Any]
    schema: dict[str, Any]
    user_id: UUID
    draft: Draft | None = None
    node: str = ""


def ask(question: Question, on_text: Callable[[str], None] | None = None) -> tuple[Answer, Run]:
    """`AiCeilingReached` where the draft has no money left for it; a `GatewayError` as the
    provider fails. Outside of any transaction: what was asked is on record before it is."""
    prompt = prompts.latest(question.purpose)
    messages = prompts.messages(prompt, question.given)
    worst = costs.of_call(question.purpose, "".join(row["content"] for row in messages))
    if question.draft:
        _hold_ceiling(question.draft, worst)
    run = _opened(question, prompt.version, worst)
    asked = chat.Ask(
        name=question.purpose,
        schema=question.schema,
        messages=messages,
        max_tokens=costs.MOST[question.purpose],
        user=salted_hmac("ai.user", str(question.user_id), algorithm="sha256").hexdigest()[:32],
    )
    started = time.monotonic()
    try:
        answer = chat.stream(asked, on_text) if on_text else chat.complete(asked)
    except GatewayError as error:
        _failed(run, error, started)
        raise
    _settled(run, answer, started)
    return answer, run


def spent(draft: Draft) -> int:
    """Of calls without an answer what they may have cost at most."""
    return int(draft.runs.aggregate(total=Sum("cost_micros"))["total"] or 0)


def _hold_ceiling(draft: Draft, worst: int) -> None:
    used = spent(draft)
    if used + worst > draft.ceiling_micros:
        raise AiCeilingReached(spent=used, ceiling=draft.ceiling_micros)


def _opened(question: Question, prompt: str, worst: int) -> Run:
    chat.require_configured()
    return Run.objects.create(
        user_id=question.user_id,
        draft=question.draft,
        node=question.node,
        purpose=question.purpose,
        prompt=prompt,
        model_asked=chat.model_asked(),
        cost_micros=worst,
    )


def _settled(run: Run, answer: Answer, started: float) -> None:
    usage = answer.usage
    run.state = Run.State.UNUSABLE if answer.content is None else Run.State.ANSWERED
    run.model, run.generation = answer.model or run.model_asked, answer.generation
    run.prompt_tokens, run.completion_tokens = usage.prompt_tokens, usage.completion_tokens
    counted = costs.micros(usage.prompt_tokens, usage.completion_tokens)
    run.cost_micros = counted if usage.cost_micros is None else usage.cost_micros
    run.error = " ".join(answer.problems)[:300]
    _save(run, started)


def _failed(run: Run, error: GatewayError, started: float) -> None:
    """Nothing came of it, and nothing is counted; the provider's own bill is at the provider."""
    unavailable = isinstance(error, GatewayUnavailable)
    run.state = Run.State.UNAVAILABLE if unavailable else Run.State.REFUSED
    run.cost_micros = 0
    run.error = str(error)[:300]
    _save(run, started)


def _save(run: Run, started: float) -> None:
    run.ms = min(round((time.monotonic() - started) * 1000), 2_000_000_000)
    run.save(
        update_fields=[
            *("state", "model", "generation", "prompt_tokens", "completion_tokens"),
            *("cost_micros", "error", "ms"),
        ]
    )
