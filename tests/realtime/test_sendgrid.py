"""Mail by SendGrid: held to its documents, falling back to SMTP, and never sent twice by guess."""

import json
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client, RequestFactory

from realtime.announcements import Told
from realtime.gateways import sendgrid
from realtime.models import MailDelivery, Suppression
from realtime.services import bounces, mail
from sandbox.sendgrid import API_KEY, public_key, signed
from tests.contracts import CONTRACTS, errors_of, is_covered
from tutorme.core import breaker
from tutorme.core.gateways import GatewayRejected, GatewayUnavailable
from tutorme.core.models import AuditEntry, InboxMessage

pytestmark = pytest.mark.django_db
WEBHOOK = "/api/v1/realtime/webhooks/sendgrid/"


@pytest.fixture
def provider(sandbox, settings):
    settings.SENDGRID = {**settings.SENDGRID, "api_key": API_KEY, "webhook_key": public_key()}
    breaker.for_provider("sendgrid").close()
    yield sandbox
    breaker.for_provider("sendgrid").close()


@pytest.fixture
def owed(sam) -> MailDelivery:
    mail.owe("welcome", Told(sam.pk, "k", {}, "/settings/profile/"))
    return MailDelivery.objects.get()


def test_a_mail_goes_by_sendgrid_with_text_html_and_its_id(provider, owed, sam) -> None:
    assert mail.deliver(owed.pk) == "sent"
    owed.refresh_from_db()
    assert owed.sent_by == "sendgrid"
    (sent,) = provider.mails(sam.email)
    assert (sent["subject"], sent["message_id"]) == ("Welcome to TutorMe", owed.message_id)
    assert "Hello Sam" in sent["text"]
    assert "Hello Sam" in sent["html"]
    assert sent["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert json.loads(sent["headers"]["X-Sandbox-Custom-Args"])["mail"] == str(owed.pk)


@pytest.mark.parametrize("kind", ["500-before", "429"])
def test_where_sendgrid_fails_our_own_server_sends_once(provider, owed, sam, kind) -> None:
    provider.fault("send", kind, provider="sendgrid", seconds=0)
    assert mail.deliver(owed.pk) == "sent"
    owed.refresh_from_db()
    assert (owed.sent_by, owed.attempts) == ("smtp", 2)
    assert len(provider.mails(sam.email)) == 1


def test_where_sendgrid_cannot_be_reached_our_own_server_sends(provider, owed, settings) -> None:
    settings.SENDGRID = {**settings.SENDGRID, "base_url": "http://127.0.0.1:1"}
    assert mail.deliver(owed.pk) == "sent"
    owed.refresh_from_db()
    assert owed.sent_by == "smtp"


def test_a_refused_key_falls_back_too(provider, owed, settings) -> None:
    settings.SENDGRID = {**settings.SENDGRID, "api_key": "SG.wrong"}
    assert mail.deliver(owed.pk) == "sent"
    owed.refresh_from_db()
    assert owed.sent_by == "smtp"


@pytest.mark.parametrize("kind", ["lost-reply", "reset"])
def test_silence_is_not_answered_by_sending_again(provider, owed, sam, kind) -> None:
    """SendGrid has no key that makes it send once; the mail may be on its way."""
    provider.fault("send", kind, provider="sendgrid")
    assert mail.deliver(owed.pk) == "unknown"
    assert mail.deliver(owed.pk) == "unknown"
    assert len(provider.mails(sam.email)) == (1 if kind == "lost-reply" else 0)


def test_with_no_other_way_it_waits(provider, owed, settings) -> None:
    settings.EMAIL_HOST = ""
    provider.fault("send", "500-before", provider="sendgrid")
    with pytest.raises(GatewayUnavailable):
        mail.deliver(owed.pk)
    owed.refresh_from_db()
    assert (owed.state, owed.attempts) == ("queued", 1)
    assert mail.deliver(owed.pk) == "sent"


def test_what_sendgrid_will_never_take_is_said(provider, owed, settings) -> None:
    settings.EMAIL_HOST = ""
    provider.fault("send", "refuse", provider="sendgrid")
    with pytest.raises(GatewayRejected):
        mail.deliver(owed.pk)


@pytest.mark.skipif(CONTRACTS is None, reason="SendGrid's documents are not beside the checkout")
def test_what_we_send_is_held_to_sendgrids_documents(provider, owed) -> None:
    """By the fixture, at the end of every test here; this one says that it happens."""
    mail.deliver(owed.pk)
    (exchange,) = provider.recorder.exchanges
    assert is_covered(exchange.path)
    assert errors_of([exchange]) == []
    spoilt = replace(exchange, body=exchange.body.replace(b'"personalizations"', b'"people"'))
    assert errors_of([spoilt]) != []


# What SendGrid tells afterwards ---------------------------------------------------------------


def tell(events: list[dict[str, Any]]) -> Any:
    body = json.dumps(events).encode()
    return Client().post(WEBHOOK, body, content_type="application/json", headers=signed(body))


def event(name: str, address: str, mail_id: Any, **more: Any) -> dict[str, Any]:
    base = {"event": name, "email": address, "timestamp": 1782000000, "sg_event_id": name}
    return {**base, "mail": str(mail_id), **more}


def test_delivered_and_bounced_are_known_and_bounced_addresses_left_alone(
    provider, owed, sam, drain
) -> None:
    mail.deliver(owed.pk)
    delivered = event("delivered", sam.email, owed.pk)
    bounced = event("bounce", "SAM@example.test", owed.pk, type="bounce", reason="550 no such box")
    assert tell([delivered, bounced, delivered]).status_code == 204
    drain()
    owed.refresh_from_db()
    assert owed.delivered_at is not None
    assert owed.bounced_at is not None
    (row,) = Suppression.objects.all()
    assert (row.address, row.reason, row.detail) == (sam.email, "bounce", "550 no such box")
    mail.owe("welcome", Told(sam.pk, "k2", {}))
    drain()
    assert MailDelivery.objects.get(dedupe_key="k2").state == "suppressed"
    assert len(provider.mails(sam.email)) == 1


def test_a_complaint_ends_it_and_what_is_temporary_does_not(provider, owed, sam, drain) -> None:
    tell([event("bounce", sam.email, owed.pk, type="blocked"), event("deferred", sam.email, 1)])
    drain()
    assert not bounces.is_suppressed(sam.email)
    tell([event("spamreport", sam.email, owed.pk)])
    drain()
    assert Suppression.objects.get().reason == "complaint"


def test_the_settings_say_so_and_an_operator_lifts_it(client, sam, ada) -> None:
    bounces.suppress(address=sam.email, reason=Suppression.Reason.BOUNCE)
    client.force_login(sam)
    page = client.get("/settings/notifications/").content.decode()
    assert "Mails to your address come back" in page
    admin = Client()
    admin.force_login(ada)
    chosen = {"action": "lift", "_selected_action": [sam.email]}
    assert admin.post("/admin/realtime/suppression/", chosen).status_code == 302
    assert not Suppression.objects.exists()
    assert AuditEntry.objects.filter(action="suppression.lifted").count() == 1


def test_a_webhook_that_is_not_signed_changes_nothing(provider, owed, sam, settings) -> None:
    body = json.dumps([event("spamreport", sam.email, owed.pk)]).encode()
    headers = signed(body)

    def post(content: bytes, headers: dict[str, str]) -> int:
        answer = Client().post(WEBHOOK, content, content_type="application/json", headers=headers)
        return answer.status_code

    assert post(body, {}) == 400
    assert post(body + b" ", headers) == 400
    assert post(body, {**headers, "X-Twilio-Email-Event-Webhook-Signature": "x"}) == 400
    assert post(body, signed(body, age_s=26 * 3600)) == 400
    assert post(body, signed(body, age_s=-26 * 3600)) == 400
    settings.SENDGRID = {**settings.SENDGRID, "webhook_key": ""}
    assert post(body, headers) == 400
    assert not InboxMessage.objects.exists()
    assert not Suppression.objects.exists()


def test_what_it_repeats_for_hours_is_taken_and_kinds_unknown_change_nothing(
    provider, owed, sam, drain
) -> None:
    body = json.dumps([event("repainted", sam.email, owed.pk)]).encode()
    headers = signed(body, age_s=20 * 3600)
    answer = Client().post(WEBHOOK, body, content_type="application/json", headers=headers)
    assert answer.status_code == 204
    drain()
    assert InboxMessage.objects.get().state == "applied"
    assert not Suppression.objects.exists()


@pytest.mark.skipif(CONTRACTS is None, reason="the vector is not beside the checkout")
def test_the_published_signature_is_read_as_published(settings) -> None:
    assert CONTRACTS is not None
    vector = json.loads((CONTRACTS / "sendgrid/event_webhook_vector.json").read_text())
    settings.SENDGRID = {**settings.SENDGRID, "webhook_key": vector["public_key_base64_der"]}
    headers = {f"HTTP_{n.upper().replace('-', '_')}": v for n, v in vector["headers"].items()}

    def genuine(body: str, **more: str) -> bool:
        request = RequestFactory().post(
            WEBHOOK, body.encode(), content_type="application/json", **{**headers, **more}
        )
        return sendgrid.is_genuine(request)

    assert genuine(vector["raw_body"])
    assert not genuine(vector["raw_body"].strip())
    bad = {"HTTP_X_TWILIO_EMAIL_EVENT_WEBHOOK_SIGNATURE": vector["bad_signature"]}
    assert not genuine(vector["raw_body"], **bad)
    other = vector["other_public_key_base64_der"]
    settings.SENDGRID = {**settings.SENDGRID, "webhook_key": other}
    assert not genuine(vector["raw_body"])
