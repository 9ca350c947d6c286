"""What happens reaches the program that asked, signed, over real HTTP; and what does not reach it
is tried again, written down, and in the end given up."""

import socket
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from certificates.models import Organization
from realtime.models import MailDelivery, Notification
from tests.webhooks.conftest import PAID, fresh, pay
from tutorme.core import jobs
from tutorme.core.models import Job
from webhooks import gateways
from webhooks.models import Attempt, Delivery, Endpoint, Message
from webhooks.services import endpoints, publishing, replaying, sending
from webhooks.services.endpoints import For

pytestmark = pytest.mark.django_db


def one() -> Delivery:
    return Delivery.objects.select_related("endpoint").get()


def hurry(drain) -> None:
    """As if the pause until the next try were over."""
    Job.objects.filter(state="queued").update(run_after=Now())
    drain()


class TestTelling:
    def test_the_library_verifies_what_came(self, listen, receiver, tess, drain) -> None:
        made = listen(tess)
        pay(tess)
        drain()
        (told,) = receiver.verified(made.secret)
        assert told["type"] == PAID
        assert told["data"] == {**told["data"], "amount_minor": 4200, "user_id": str(tess.pk)}
        headers, _body = receiver.heard[0]
        assert headers["webhook-id"] == str(Message.objects.get().pk)
        row = one()
        assert (row.state, row.tries, row.last_status) == ("delivered", 1, 204)
        assert Attempt.objects.get().status == 204

    def test_a_changed_body_or_secret_is_noticed(self, listen, receiver, tess, drain) -> None:
        made = listen(tess)
        pay(tess)
        drain()
        headers, body = receiver.heard[0]
        with pytest.raises(WebhookVerificationError):
            Webhook(made.secret).verify(body.replace("4200", "9900"), headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(endpoints.rotate(row=made.row, actor_id=tess.pk).secret).verify(body, headers)

    def test_nobody_hears_of_others(self, listen, receiver, sam, tess, school, orla, drain) -> None:
        listen(sam)
        listen(orla, whose=For(organization_id=school.pk))
        pay(tess)
        drain()
        assert receiver.heard == []

    def test_the_site_hears_everything(self, listen, receiver, ada, tess, drain) -> None:
        made = listen(ada, whose=For())
        pay(tess)
        drain()
        assert len(receiver.verified(made.secret)) == 1

    def test_what_was_not_chosen_is_not_told(self, listen, receiver, tess, drain) -> None:
        listen(tess, types=["payout.failed"])
        pay(tess)
        drain()
        assert receiver.heard == []

    def test_who_is_locked_out_hears_no_more(self, listen, receiver, tess, drain) -> None:
        listen(tess)
        pay(tess)
        type(tess).objects.filter(pk=tess.pk).update(is_active=False)
        drain()
        pay(tess)
        drain()
        assert receiver.heard == []

    def test_an_organisation_that_is_closed_hears_no_more(
        self, listen, receiver, orla, school: Organization, drain
    ) -> None:
        made = listen(orla, whose=For(organization_id=school.pk), types=["learners.imported"])
        publishing.test(endpoint=made.row)
        Organization.objects.filter(pk=school.pk).update(archived_at=timezone.now())
        drain()
        assert receiver.heard == []
        assert one().state == "held"


class TestRotating:
    def test_both_secrets_are_good_for_a_day(self, listen, receiver, tess, drain) -> None:
        old = listen(tess)
        new = endpoints.rotate(row=old.row, actor_id=tess.pk)
        pay(tess)
        drain()
        assert receiver.verified(old.secret) == receiver.verified(new.secret)

    def test_then_the_new_one_alone(self, listen, receiver, tess, drain) -> None:
        old = listen(tess)
        new = endpoints.rotate(row=old.row, actor_id=tess.pk)
        Endpoint.objects.update(previous_until=timezone.now() - timedelta(seconds=1))
        pay(tess)
        drain()
        assert receiver.verified(new.secret)
        with pytest.raises(WebhookVerificationError):
            receiver.verified(old.secret)
        assert endpoints.forget_old_secrets() == 1
        assert fresh(old.row).previous_secret == ""

    def test_the_secret_is_unreadable_in_a_dump(self, listen, tess) -> None:
        made = listen(tess)
        with connection.cursor() as cursor:
            cursor.execute("SELECT secret FROM webhooks_endpoint")
            assert made.secret not in cursor.fetchone()[0]


class TestTryingAgain:
    @pytest.mark.parametrize("status", [500, 404, 302])
    def test_a_bad_answer_is_tried_again(self, listen, receiver, tess, drain, status) -> None:
        listen(tess)
        receiver.status = status
        pay(tess)
        drain()
        row = one()
        assert (row.state, row.tries, row.last_status) == ("waiting", 1, status)
        assert row.next_try_at is not None
        assert row.endpoint.failing_since is not None
        receiver.status = 204
        hurry(drain)
        assert (one().state, one().tries) == ("delivered", 2)
        assert one().endpoint.failing_since is None
        assert len(receiver.heard) == 2  # a redirect was not followed
        assert len({headers["webhook-id"] for headers, _body in receiver.heard}) == 1

    def test_the_pauses_grow_to_three_days(self) -> None:
        assert list(sending.WAITS) == sorted(sending.WAITS)
        assert timedelta(days=3) < sum(sending.WAITS, timedelta()) < timedelta(days=4)
        kind = jobs.kinds()["webhooks.deliver"]
        assert [kind.wait_after(n) for n in (1, 2, 9)] == [sending.WAITS[n] for n in (0, 1, 8)]
        assert kind.max_attempts == len(sending.WAITS) + 1

    def test_after_three_days_it_is_switched_off_and_its_owner_told(
        self, listen, receiver, tess, drain
    ) -> None:
        made = listen(tess)
        receiver.status = 503
        pay(tess)
        for _ in sending.WAITS:
            hurry(drain)
        assert one().state == "waiting"
        Endpoint.objects.update(failing_since=timezone.now() - timedelta(days=3, minutes=1))
        hurry(drain)
        assert (one().state, one().tries) == ("failed", len(sending.WAITS) + 1)
        row = fresh(made.row)
        assert (row.state, "503" in row.disabled_reason) == ("disabled", True)
        assert Notification.objects.get(user=tess, kind="webhook-disabled")
        assert MailDelivery.objects.get(user=tess, kind="webhook-disabled")
        assert not Job.objects.filter(kind=publishing.JOB, state="failed").exists()

    def test_one_that_took_something_meanwhile_stays(self, listen, receiver, tess, drain) -> None:
        made = listen(tess)
        receiver.status = 503
        pay(tess)
        for _ in sending.WAITS:
            hurry(drain)
        Endpoint.objects.update(failing_since=timezone.now() - timedelta(hours=2))
        hurry(drain)
        assert one().state == "failed"
        assert fresh(made.row).state == "active"

    def test_gone_means_gone(self, listen, receiver, tess, drain) -> None:
        made = listen(tess)
        receiver.status = 410
        pay(tess)
        drain()
        assert (one().state, fresh(made.row).state) == ("failed", "disabled")
        assert len(receiver.heard) == 1

    def test_nobody_listens(self, listen, receiver, tess, drain, settings) -> None:
        listen(tess)
        settings.SANDBOX_URL = "http://127.0.0.1:1"
        Endpoint.objects.update(url="http://127.0.0.1:1/hook/")
        pay(tess)
        drain()
        assert (one().state, one().last_status, one().last_error != "") == ("waiting", None, True)


class TestReplaying:
    def test_one_delivery(self, listen, receiver, tess, drain) -> None:
        listen(tess)
        pay(tess)
        drain()
        replaying.one(row=one())
        drain()
        first, second = receiver.heard
        assert first[0]["webhook-id"] == second[0]["webhook-id"]
        assert (one().round, one().tries) == (2, 2)

    def test_what_happened_while_it_was_paused(self, listen, receiver, tess, drain) -> None:
        row = listen(tess).row
        pay(tess)
        drain()
        row = endpoints.change(row=row, changes={"state": "paused"}, actor_id=tess.pk)
        pay(tess)
        pay(tess)
        drain()
        assert len(receiver.heard) == 1
        row = endpoints.change(row=row, changes={"state": "active"}, actor_id=tess.pk)
        wanted = {"since": timezone.now() - timedelta(hours=1), "until": timezone.now()}
        job = replaying.span(endpoint=row, **wanted, missed_only=True, owner_id=tess.pk)
        drain()
        job.refresh_from_db()
        assert (job.state, job.result) == ("succeeded", {"sent": 2})
        assert len(receiver.heard) == 3

    def test_work_of_an_older_round_changes_nothing(self, listen, receiver, tess, drain) -> None:
        listen(tess)
        receiver.status = 500
        pay(tess)
        drain()
        Delivery.objects.update(state="failed")
        replaying.one(row=one())
        receiver.status = 204
        hurry(drain)
        assert len(receiver.heard) == 2  # the failure, and the new round once
        assert one().state == "delivered"

    def test_the_log_ends_after_a_month(self, listen, tess, drain) -> None:
        listen(tess)
        pay(tess)
        drain()
        assert replaying.purge() == 0
        Message.objects.update(created_at=timezone.now() - timedelta(days=31))
        assert replaying.purge() == 1
        assert not Delivery.objects.exists()


class TestWhereItMayLead:
    def test_no_private_network_even_after_the_name_was_looked_up(self, monkeypatch) -> None:
        rows = [(socket.AF_INET, 1, 6, "", ("169.254.169.254", 443))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: rows)
        outcome = gateways.post(
            name="webhook:x", url="https://innocent.example/hook", headers={}, body="{}"
        )
        assert (outcome.status, "private" in outcome.error) == (None, True)

    def test_loopback_is_refused_where_no_stand_ins_are(
        self, listen, receiver, tess, drain, settings
    ) -> None:
        """The control of the guard: the same endpoint, heard before, is heard no more."""
        listen(tess)
        pay(tess)
        drain()
        assert len(receiver.heard) == 1
        settings.SANDBOX_URL = ""
        pay(tess)
        drain()
        assert len(receiver.heard) == 1
        assert "https" in Delivery.objects.latest("created_at").last_error
