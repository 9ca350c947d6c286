"""What operators type when messages were lost: to us and from us."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models.functions import Now
from django.utils import timezone

from tests.webhooks.conftest import pay
from tutorme.core import inbox
from tutorme.core.models import InboxMessage, Job
from webhooks.models import Delivery, Endpoint

pytestmark = pytest.mark.django_db
NOBODY = "0198aaaa-0000-7000-8000-000000000000"


def told(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command(*arguments, "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


@pytest.fixture
def lost(listen, receiver, tess, drain) -> Delivery:
    """Given up, and the receiver is back."""
    listen(tess)
    receiver.status = 500
    pay(tess)
    drain()
    Delivery.objects.update(state="failed", next_try_at=None)
    Job.objects.filter(state="queued").delete()
    receiver.heard.clear()
    receiver.status = 204
    return Delivery.objects.get()


def arrived(lost: Delivery, receiver, drain) -> list[str]:
    """Under which ids, once the background had its turn."""
    Job.objects.filter(state="queued").update(run_after=Now())
    drain()
    return [headers["webhook-id"] for headers, _body in receiver.heard]


class TestRetryWebhooks:
    @pytest.fixture(autouse=True)
    def dead(self, lost: Delivery) -> None:
        inbox.store(provider="probe", delivery_id="1", kind="probe.rang", body=b"{}", headers={})
        InboxMessage.objects.update(state="dead")

    def test_what_was_given_up_goes_both_ways_again(self, lost, receiver, drain) -> None:
        assert told("retry_webhooks", "--dry-run") == {"in": 1, "out": 1, "dry_run": True}
        assert arrived(lost, receiver, drain) == [], "asked first: nothing moved"
        assert told("retry_webhooks") == {"in": 1, "out": 1, "dry_run": False}
        assert arrived(lost, receiver, drain) == [str(lost.message_id)]
        assert Delivery.objects.get().state == "delivered"
        assert InboxMessage.objects.get().state != "dead"
        assert told("retry_webhooks") == {"in": 0, "out": 0, "dry_run": False}

    def test_one_way(self, lost, receiver, drain) -> None:
        assert told("retry_webhooks", "--only", "in") == {"in": 1, "out": 0, "dry_run": False}
        assert arrived(lost, receiver, drain) == []
        assert told("retry_webhooks", "--only", "out") == {"in": 0, "out": 1, "dry_run": False}

    def test_an_endpoint_that_is_off_is_left_alone(self, lost, receiver, drain) -> None:
        Endpoint.objects.update(state="paused")
        assert told("retry_webhooks", "--only", "out")["out"] == 0
        assert arrived(lost, receiver, drain) == []
        assert Delivery.objects.get().state == "failed"


class TestRedeliver:
    def test_one_delivery(self, lost, receiver, drain) -> None:
        one = ("redeliver", "--delivery", str(lost.pk))
        assert told(*one, "--dry-run") == {
            "delivery": str(lost.pk),
            "state": "failed",
            "dry_run": True,
        }
        assert Delivery.objects.get().state == "failed"
        assert told(*one)["state"] == "waiting"
        assert told(*one)["state"] == "waiting", "what waits already, waits on"
        assert arrived(lost, receiver, drain) == [str(lost.message_id)]

    def test_a_span_of_time_and_only_what_was_missed(self, lost, receiver, tess, drain) -> None:
        pay(tess)
        drain()
        receiver.heard.clear()
        span = ("redeliver", "--endpoint", str(lost.endpoint_id))
        assert told(*span, "--dry-run")["chosen"] == 1
        assert told(*span, "--all", "--dry-run")["chosen"] == 2
        since = (timezone.now() + timedelta(hours=1)).isoformat()
        later = (timezone.now() + timedelta(hours=2)).isoformat()
        assert told(*span, "--since", since, "--until", later, "--dry-run")["chosen"] == 0
        made = told(*span)
        assert (made["chosen"], Job.objects.get(pk=made["job"]).kind) == (1, "webhooks.replay")
        assert arrived(lost, receiver, drain) == [str(lost.message_id)]
        assert told(*span, "--dry-run")["chosen"] == 0

    @pytest.mark.parametrize("which", ["--delivery", "--endpoint"])
    def test_what_is_not_there_is_said(self, which: str) -> None:
        with pytest.raises(CommandError, match="No such"):
            call_command("redeliver", which, NOBODY, stdout=StringIO())

    def test_an_endpoint_that_is_off_takes_nothing(self, lost, receiver, drain) -> None:
        Endpoint.objects.update(state="paused")
        for which, pk in (("--delivery", lost.pk), ("--endpoint", lost.endpoint_id)):
            with pytest.raises(CommandError):
                call_command("redeliver", which, str(pk), stdout=StringIO())
        assert arrived(lost, receiver, drain) == []
