"""The counters that the source systems named are in `/metrics`, and move with what happens."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from ai.models import Run
from payments.models import Order
from realtime.models import MailDelivery
from tests import cast
from tests.core.test_metrics import read
from tests.video.conftest import opened
from tutorme.core import metrics
from tutorme.core.models import InboxMessage, Job
from video.models import Room

pytestmark = pytest.mark.django_db


def total(name: str, **labels: str) -> float:
    rows = read().get(name, {})
    return sum(value for row, value in rows.items() if set(labels.items()) <= set(row))


def test_registrations(sam: User) -> None:
    before = total("tutorme_user_registrations")
    cast.person("Nina")
    assert total("tutorme_user_registrations") == before + 1


def test_payments_processed(sam: User, tess: User) -> None:
    Order.objects.create(
        buyer=sam,
        payee=tess,
        kind="course",
        target_id=tess.pk,
        description="Levers",
        amount_minor=1900,
        currency="EUR",
        state="captured",
        captured_at=timezone.now(),
    )
    assert total("tutorme_payments_processed", state="captured", kind="course") == 1


def ai_run(**facts: Any) -> Run:
    answered: dict[str, Any] = {
        "purpose": "hint",
        "state": "answered",
        "prompt": "hint.v1",
        "model_asked": "small/model",
        "prompt_tokens": 400,
        "completion_tokens": 100,
        "cost_micros": 2_500,
    }
    return Run.objects.create(**{**answered, **facts})


def test_tokens_and_cost_of_a_model(sam: User) -> None:
    ai_run(user=sam)
    ai_run(model="large/model", purpose="lesson", cost_micros=1_500_000)
    ai_run(model="large/model", purpose="lesson", state="unusable")
    hints = {"provider": "openrouter", "model": "small/model", "purpose": "hint"}
    assert total("tutorme_ai_tokens", direction="read", **hints) == 400
    assert total("tutorme_ai_tokens", direction="written", **hints) == 100
    assert total("tutorme_ai_cost_dollars", **hints) == pytest.approx(0.0025)
    lessons = {"model": "large/model", "purpose": "lesson"}
    assert total("tutorme_ai_cost_dollars", **lessons) == pytest.approx(1.5025)
    assert total("tutorme_ai_calls", state="unusable", **lessons) == 1
    assert total("tutorme_ai_calls") == 3


def test_a_call_counts_when_it_has_ended(sam: User) -> None:
    """Before, its cost is a bound; a figure that falls again is a counter that was reset."""
    run = ai_run(user=sam, state="started", cost_micros=9_000_000)
    assert total("tutorme_ai_cost_dollars") == 0
    Run.objects.filter(pk=run.pk).update(state="answered", cost_micros=1_000_000)
    assert total("tutorme_ai_cost_dollars") == 1
    sam.delete()
    assert total("tutorme_ai_cost_dollars") == 1, "what was paid stays when people go"


def test_a_budget_is_held_against_the_day_that_runs(sam: User, settings) -> None:
    settings.AI_DAY_BUDGET_MICROS = 0
    ai_run(cost_micros=1_000_000)
    ai_run(state="started", cost_micros=500_000)
    before = ai_run(cost_micros=7_000_000)
    yesterday = timezone.now() - timedelta(days=1)
    Run.objects.filter(pk=before.pk).update(created_at=yesterday)
    assert total("tutorme_ai_day_cost_dollars") == 1.5
    assert "tutorme_ai_day_budget_dollars" not in read(), "without a budget there is no alarm"
    settings.AI_DAY_BUDGET_MICROS = 2_000_000
    assert total("tutorme_ai_day_budget_dollars") == 2


def test_video_sessions(sam: User, tess: User) -> None:
    room = opened(tess, sam)
    assert total("tutorme_video_sessions") == 0, "a room in which nobody met is none"
    Room.objects.filter(pk=room.pk).update(started_at=timezone.now())
    assert total("tutorme_video_sessions", provider="builtin") == 1


def test_certificates_that_were_printed(sam: User) -> None:
    now = timezone.now()
    for number, state in enumerate(("succeeded", "succeeded", "succeeded", "failed")):
        Job.objects.create(
            kind="certificates.render", key=f"c{number}", args={}, state=state, finished_at=now
        )
    assert total("tutorme_certificate_success_ratio") == 0.75


def test_mails_by_state(sam: User) -> None:
    MailDelivery.objects.create(
        kind="test",
        dedupe_key="one",
        to_address=sam.email,
        message_id="<1@x>",
        state="sent",
        sent_at=timezone.now(),
    )
    assert total("tutorme_mails", state="sent") == 1


def test_how_late_a_webhook_has_its_effect(sam: User) -> None:
    now = timezone.now()
    row = InboxMessage.objects.create(
        provider="paypal", delivery_id="1", kind="x", body=b"{}", body_sha256="0", state="applied"
    )
    InboxMessage.objects.filter(pk=row.pk).update(
        received_at=now - timedelta(seconds=4), applied_at=now
    )
    assert total("tutorme_webhook_lag_seconds", provider="paypal") == pytest.approx(4)


def test_how_long_statements_take(sam: User) -> None:
    before = total("tutorme_query_seconds_count")
    User.objects.count()
    assert total("tutorme_query_seconds_count") > before


def test_how_long_providers_take_and_work_waits(sam: User) -> None:
    metrics.count_call(metrics.Call("paypal", "2xx", 0.2))
    Job.objects.create(kind="test.probe", key="late", args={})
    Job.objects.update(run_after=timezone.now() - timedelta(seconds=90))
    assert total("tutorme_provider_seconds_count", provider="paypal") == 1
    assert total("tutorme_breaker_open", provider="paypal") == 0
    assert total("tutorme_waiting_oldest_seconds", queue="jobs") >= 90
