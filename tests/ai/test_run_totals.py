"""What all calls came to stands beside them, exactly, however many there are."""

from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from ai import figures
from ai.models import Run, RunTotal
from ai.services import totals
from tests.races.parallel import together

pytestmark = pytest.mark.django_db


def call(**facts: object) -> Run:
    given = {"purpose": "hint", "prompt": "hint.v1", "model_asked": "small/model"}
    return Run.objects.create(**{**given, **facts})


def end(run: Run, state: str = "answered", **facts: int) -> None:
    run.state = state
    for name, value in {"prompt_tokens": 400, "cost_micros": 7, **facts}.items():
        setattr(run, name, value)
    run.save(update_fields=["state", "prompt_tokens", "cost_micros"])


def kept() -> list[tuple[object, ...]]:
    rows = RunTotal.objects.order_by("model", "purpose", "state")
    return list(rows.values_list("model", "purpose", "state", "calls", "read", "micros"))


def test_a_call_is_counted_when_it_ends_and_no_second_time(sam: User) -> None:
    run, other = call(user=sam), call(model="large/model")
    assert kept() == []
    end(run)
    end(other, "unusable")
    expected = [
        ("large/model", "hint", "unusable", 1, 400, 7),
        ("small/model", "hint", "answered", 1, 400, 7),
    ]
    assert kept() == expected
    end(run)
    sam.delete()
    assert kept() == expected
    assert totals.recount(dry_run=True) == 0


def test_a_scrape_does_not_read_the_calls() -> None:
    for _ in range(3):
        end(call())
    with CaptureQueriesContext(connection) as asked:
        told = {figure.name: figure.value for figure in figures.calls()}
    assert told["tutorme_ai_calls"] == 3
    (only,) = asked.captured_queries
    assert '"ai_run"' not in only["sql"]


def test_what_is_wrong_is_counted_again() -> None:
    end(call())
    right = kept()
    RunTotal.objects.update(calls=9)
    RunTotal.objects.create(
        model="no/model", purpose="hint", state="answered", calls=1, read=1, written=1, micros=1
    )
    assert totals.recount(dry_run=True) == 2
    assert kept() != right
    assert totals.recount(dry_run=False) == 2
    assert kept() == right


@pytest.mark.django_db(transaction=True)
def test_many_that_end_at_once_beside_a_recount_are_all_counted() -> None:
    runs = [call() for _ in range(12)]
    acts = [partial(end, run) for run in runs] + [partial(totals.recount, dry_run=False)] * 3
    results = together(acts)
    assert results[:12] == [None] * 12, results
    assert not [one for one in results if isinstance(one, Exception)]
    assert kept() == [("small/model", "hint", "answered", 12, 4800, 84)]
