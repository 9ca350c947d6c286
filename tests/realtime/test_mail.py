"""Mails over a real SMTP conversation, and what is known when it breaks."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.core.mail import get_connection, send_mail
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.events import UserRegistered
from payments.events import PaymentCaptured, PaymentRefunded
from payments.models import Order
from realtime.announcements import Told
from realtime.errors import NotResendable
from realtime.models import MailDelivery
from realtime.services import mail
from realtime.services.notifications import announce
from tests.sandbox_server import free_port
from tutorme.core import jobs
from tutorme.core.ids import uuid7
from tutorme.core.models import AuditEntry, Job
from tutorme.core.transactions import NetworkInsideTransaction

pytestmark = pytest.mark.django_db
State = MailDelivery.State


@pytest.fixture
def owed(sam) -> MailDelivery:
    mail.owe("welcome", Told(sam.pk, "welcome:test", {}, "/settings/profile/"))
    return MailDelivery.objects.get()


def run_now() -> None:
    Job.objects.filter(state="queued").update(run_after=Now())
    jobs.run_due()


def test_a_mail_goes_out_once_with_both_bodies_and_its_own_id(owed, sandbox, drain) -> None:
    drain()
    owed.refresh_from_db()
    assert (owed.state, owed.attempts) == (State.SENT, 1)
    (mail_,) = sandbox.mails()
    assert mail_["message_id"] == owed.message_id
    assert mail_["to"] == ["sam@example.test"]
    for part in ("text", "html"):
        assert "Hello Sam," in mail_[part]
        assert "http://127.0.0.1:8000/settings/profile/" in mail_[part]
    assert mail.deliver(owed.pk) == State.SENT
    assert len(sandbox.mails()) == 1


def test_text_is_plain_and_html_escaped(sam, sandbox, drain) -> None:
    sam.display_name = "O'Brien <b>&"
    sam.save(update_fields=["display_name"])
    mail.owe("welcome", Told(sam.pk, "k", {}))
    drain()
    (sent,) = sandbox.mails()
    assert "Hello O'Brien <b>&," in sent["text"]
    assert "<b>&," not in sent["html"]


def test_names_and_facts_cannot_write_headers(sam) -> None:
    """What a person typed reaches a header only as text."""
    sam.display_name = "Sam\r\nBcc: victim@example.test"
    sam.save(update_fields=["display_name"])
    facts = {"what": "A\nB", "amount": {"minor": 1, "currency": "EUR"}, "order": "1\r\nX: y"}
    mail.owe("payment-received", Told(sam.pk, "k", facts))
    composed = mail.compose(MailDelivery.objects.get()).message().as_bytes()
    read = message_from_bytes(composed, policy=policy.default)
    assert read["Bcc"] is None
    assert read["X"] is None
    assert read["To"].addresses[0].addr_spec == "sam@example.test"


def test_a_refused_mail_fails_at_once_and_says_why(owed, sandbox, drain) -> None:
    sandbox.fault("send", "550", provider="mail")
    drain()
    owed.refresh_from_db()
    assert owed.state == State.FAILED
    assert owed.last_error.startswith("550")
    assert sandbox.mails() == []


def test_a_server_that_says_later_is_asked_later(owed, sandbox) -> None:
    sandbox.fault("send", "451", provider="mail")
    jobs.run_due()
    owed.refresh_from_db()
    assert (owed.state, Job.objects.get().state) == (State.QUEUED, "queued")
    assert owed.last_error.startswith("451")
    run_now()
    owed.refresh_from_db()
    assert (owed.state, owed.attempts, owed.last_error) == (State.SENT, 2, "")
    assert len(sandbox.mails()) == 1


def test_nobody_answering_keeps_the_mail_queued(owed, settings) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    settings.EMAIL_USE_TLS = False
    jobs.run_due()
    owed.refresh_from_db()
    assert (owed.state, owed.attempts) == (State.QUEUED, 0)
    Job.objects.update(attempts=jobs.kinds()[mail.JOB].max_attempts - 1)
    run_now()
    owed.refresh_from_db()
    assert owed.state == State.FAILED


def test_control_a_mail_that_nobody_owes_is_lost(sandbox, settings) -> None:
    there = settings.EMAIL_PORT
    for port in (free_port(), there):
        settings.EMAIL_PORT = port
        line = get_connection("django.core.mail.backends.smtp.EmailBackend", fail_silently=True)
        if port != there:
            send_mail("Welcome", "Hello", None, ["sam@example.test"], connection=line)
        run_now()
    assert sandbox.mails() == []


def test_three_retries_come_a_minute_apart_and_then_hours(owed, settings) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    settings.EMAIL_USE_TLS = False
    waits = []
    for _ in range(5):
        run_now()
        job = Job.objects.get()
        waits.append(round((job.run_after - timezone.now()).total_seconds() / 60))
    assert waits == [1, 1, 1, 60, 60]


def test_mail_switched_off_fails_visibly(owed, settings) -> None:
    settings.EMAIL_HOST = ""
    jobs.run_due()
    owed.refresh_from_db()
    assert owed.state == State.FAILED
    assert "SMTP_HOST" in owed.last_error


def test_a_reply_lost_after_the_text_makes_it_unknown_and_it_is_not_repeated(
    owed, sandbox, drain
) -> None:
    sandbox.fault("send", "lost-reply", provider="mail")
    drain()
    owed.refresh_from_db()
    assert owed.state == State.UNKNOWN
    run_now()
    drain()
    assert len(sandbox.mails()) == 1


def test_a_process_that_dies_before_the_text_is_simply_repeated(owed, sandbox, drain) -> None:
    row = Job.objects.get()
    Job.objects.filter(pk=row.pk).update(
        state="running", attempts=1, lease_until=Now() - timedelta(seconds=1)
    )
    drain()
    owed.refresh_from_db()
    assert (owed.state, len(sandbox.mails())) == (State.SENT, 1)


def test_a_late_answer_beats_the_guess(owed, sandbox) -> None:
    """A sender that was given up meanwhile was told 250 after all."""
    stale = MailDelivery.objects.get()
    assert mail._begin(stale)
    assert mail.deliver(owed.pk) == State.UNKNOWN
    mail._settle(stale, "smtp")
    owed.refresh_from_db()
    assert owed.state == State.SENT


def test_the_operator_sends_again_under_the_same_id(owed, sandbox, ada, drain) -> None:
    sandbox.fault("send", "lost-reply", provider="mail")
    drain()
    owed.refresh_from_db()
    mail.resend(row=owed, actor_id=ada.pk)
    drain()
    owed.refresh_from_db()
    assert (owed.state, owed.resends) == (State.SENT, 1)
    first, second = sandbox.mails()
    assert first["message_id"] == second["message_id"] == owed.message_id
    assert AuditEntry.objects.get(action="mail.resent").actor_id == ada.pk
    with pytest.raises(NotResendable):
        mail.resend(row=owed, actor_id=ada.pk)


def test_the_admin_shows_and_resends(owed, ada, client, settings) -> None:
    settings.EMAIL_HOST = ""
    jobs.run_due()
    client.force_login(ada)
    listing = "/admin/realtime/maildelivery/"
    assert owed.to_address in client.get(listing).content.decode()
    client.post(listing, {"action": "send_again", "_selected_action": [str(owed.pk)]})
    owed.refresh_from_db()
    assert owed.state == State.QUEUED
    assert client.get(f"{listing}{owed.pk}/change/").status_code == 200


def test_no_mail_is_sent_inside_a_transaction(owed, sandbox) -> None:
    with pytest.raises(NetworkInsideTransaction), transaction.atomic():
        mail.deliver(owed.pk)


def test_a_suspended_account_gets_no_mail(sam) -> None:
    sam.is_active = False
    sam.save(update_fields=["is_active"])
    assert not mail.owe("welcome", Told(sam.pk, "k", {}))


@pytest.fixture
def order(sam, tess) -> Order:
    return Order.objects.create(
        buyer=sam,
        payee=tess,
        kind="course",
        target_id=uuid7(),
        description="Algebra from the start",
        amount_minor=3200,
        currency="EUR",
    )


def test_a_payment_and_its_refund_are_told_with_their_amounts(order, sam, sandbox, drain) -> None:
    facts = (order.pk, "course", order.target_id, sam.pk, 3200, "EUR")
    announce(PaymentCaptured(*facts))
    announce(PaymentRefunded(*facts, full=True))
    announce(PaymentRefunded(*facts, full=True))
    drain()
    subjects = sorted(mail_["subject"] for mail_ in sandbox.mails(sam.email))
    assert subjects == ["Payment received: €32.00", "Refund on its way: €32.00"]
    assert all("Algebra from the start" in mail_["text"] for mail_ in sandbox.mails())


def test_nobody_gets_a_receipt_over_nothing(order, sam) -> None:
    announce(PaymentCaptured(order.pk, "course", order.target_id, sam.pk, 0, "EUR"))
    assert not MailDelivery.objects.exists()


def test_the_event_reaches_its_handler(sam, drain, sandbox) -> None:
    announce(UserRegistered(sam.pk))
    assert MailDelivery.objects.get().user == sam
