"""Every call to the model goes through here: allowed, counted before, settled after."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils.crypto import salted_hmac

from ai import costs, prompts
from ai.errors import AiCeilingReached
from ai.gateways import chat
from ai.gateways.reading import Answer, Usage
from ai.models import Draft, Run
from tutorme.core.gateways import GatewayError, GatewayUnavailable

# What a column of theirs holds.
_MOST = 2_000_000_000


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
    text = "".join(row["content"] for row in messages)
    chat.require_configured()
    run = _opened(question, prompt.version, costs.of_call(question.purpose, text))
    call = _Call(run, text)
    asked = chat.Ask(
        name=question.purpose,
        schema=question.schema,
        messages=messages,
        max_tokens=costs.MOST[question.purpose],
        user=salted_hmac("ai.user", str(question.user_id), algorithm="sha256").hexdigest()[:32],
    )
    try:
        answer = (
            chat.stream(asked, call.hearing(on_text), call.bill)
            if on_text
            else chat.complete(asked, call.bill)
        )
    except GatewayError as error:
        _failed(call, error)
        raise
    _settled(call, answer)
    return answer, run


class _Call:
    """One that is under way: what its tries come to, and what was heard of a stream."""

    def __init__(self, run: Run, text: str) -> None:
        self.run, self.text, self.heard = run, text, ""
        self.bill = chat.Bill()
        # What one try costs at most.
        self.bound = run.cost_micros
        self.started = time.monotonic()

    def hearing(self, on_text: Callable[[str], None]) -> Callable[[str], None]:
        def heard(text: str) -> None:
            self.heard = text
            on_text(text)

        return heard

    def count(self, *, is_answered: bool) -> None:
        """What the provider said; of a stream that broke off before it said anything, what the
        text that was heard comes to. A try that left and was not answered may be billed all the
        same, and so may an answer that says nothing of it: each counts with its bound."""
        usages, unheard = self.bill.usages, self.bill.unheard
        if self.heard:
            # The one try of a stream: it was heard as far as it came.
            unheard = 0
            usages = usages or [Usage(costs.tokens_of(self.text), costs.tokens_of(self.heard))]
        elif is_answered and not usages:
            unheard += 1
        run = self.run
        run.prompt_tokens = min(_MOST, sum(usage.prompt_tokens for usage in usages))
        run.completion_tokens = min(_MOST, sum(usage.completion_tokens for usage in usages))
        run.cost_micros = sum(map(_micros, usages)) + unheard * self.bound
        run.ms = min(_MOST, round((time.monotonic() - self.started) * 1000))


def _micros(usage: Usage) -> int:
    if usage.cost_micros is not None:
        return usage.cost_micros
    return costs.micros(usage.prompt_tokens, usage.completion_tokens)


def spent(draft: Draft) -> int:
    """Of calls without an answer what they may have cost at most."""
    return int(draft.runs.aggregate(total=Sum("cost_micros"))["total"] or 0)


def _opened(question: Question, prompt: str, worst: int) -> Run:
    """Calls of one draft are let through one after the other, or two at once would both see the
    room that is there for one."""
    with transaction.atomic():
        if question.draft:
            _hold_ceiling(question.draft, worst)
        return Run.objects.create(
            user_id=question.user_id,
            draft=question.draft,
            node=question.node,
            purpose=question.purpose,
            prompt=prompt,
            model_asked=chat.model_asked(),
            cost_micros=worst,
        )


def _hold_ceiling(draft: Draft, worst: int) -> None:
    rows = Draft.objects.select_for_update(of=("self",), no_key=True)
    ceiling = rows.values_list("ceiling_micros", flat=True).get(pk=draft.pk)
    used = spent(draft)
    if used + worst > ceiling:
        raise AiCeilingReached(spent=used, ceiling=ceiling)


def _settled(call: _Call, answer: Answer) -> None:
    run = call.run
    run.state = Run.State.UNUSABLE if answer.content is None else Run.State.ANSWERED
    run.model, run.generation = answer.model or run.model_asked, answer.generation
    run.error = " ".join(answer.problems)[:300]
    call.count(is_answered=True)
    _save(run)


def _failed(call: _Call, error: GatewayError) -> None:
    run = call.run
    unavailable = isinstance(error, GatewayUnavailable)
    run.state = Run.State.UNAVAILABLE if unavailable else Run.State.REFUSED
    run.error = str(error)[:300]
    call.count(is_answered=False)
    _save(run)


def _save(run: Run) -> None:
    run.save(
        update_fields=[
            *("state", "model", "generation", "prompt_tokens", "completion_tokens"),
            *("cost_micros", "error", "ms"),
        ]
    )
