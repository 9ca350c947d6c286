"""Receipts and credit notes for payments of subscriptions: numbered with the orders' own."""

from functools import partial
from io import BytesIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import User
from payments.models import BillingDetails, Document, Subscription, SubscriptionPeriod
from payments.services import documents, subscription_refunds, subscriptions
from tests.payments.billing import Subscribe, plus, subscribed, turn  # noqa: F401  fixtures
from tests.payments.books import buy, prove, stall
from tests.payments.test_subscription_refunds import hear_of_all
from tests.races.parallel import together
from tests.sandbox_server import Sandbox
from tutorme.core.errors import ProviderUnavailable
from tutorme.core.models import Job
from tutorme.core.money import Money

pytestmark = pytest.mark.django_db
MINE = "/subscriptions/"
PAYMENTS = "/api/v1/payments/subscription-payments"


def paid(row: Subscription) -> SubscriptionPeriod:
    return row.periods.get()


def give_back(period: SubscriptionPeriod, actor: User, minor: int, **how: bool):
    return subscription_refunds.refund(
        period=period, amount=Money(minor, "EUR"), note="a wish", actor=actor, **how
    )


def text_of(answer) -> str:
    assert answer["Content-Type"] == "application/pdf"
    return PdfReader(BytesIO(answer.getvalue())).pages[0].extract_text()


def labels() -> list[str]:
    return [row.label[0] + row.label[6:] for row in Document.objects.order_by("pk")]


def test_a_receipt_is_printed_and_linked(
    subscribed: Subscribe,  # noqa: F811
    client,
    sam: User,
    tess: User,
    settings,
    media,
    drain,
) -> None:
    settings.TAX_PER_MILLE = 190
    BillingDetails.objects.create(user=sam, name="Adeyemi & Sons", country="NG")
    period = paid(subscribed())
    client.force_login(sam)
    assert "not printed yet" in client.get(MINE).content.decode()
    drain()
    row = Document.objects.get()
    assert (row.period, row.order, row.kind) == (period, None, "receipt")
    path = reverse("payments-period-paper", args=[period.pk, row.pk])
    assert path in client.get(MINE).content.decode()
    text = text_of(client.get(path))
    for told in (row.label, "Adeyemi & Sons", "Plus", "€9.00", "€1.44", period.sale_id):
        assert told in text
    assert str(period.subscription_id).replace("-", "") in text.replace("-", "").replace("\n", "")
    client.force_login(tess)
    assert client.get(path).status_code == 404


def test_credit_notes_name_their_receipt_and_say_how_it_came_back(
    subscribed: Subscribe,  # noqa: F811
    client,
    sam: User,
    ada: User,
    media,
    drain,
) -> None:
    period = paid(subscribed())
    give_back(period, ada, 300)
    give_back(period, ada, 200, as_credit=True)
    drain()
    assert labels() == ["R-000001", "C-000001", "C-000002"]
    money, credit = Document.objects.filter(kind="credit_note").order_by("number")
    client.force_login(sam)
    page = client.get(MINE).content.decode()
    for paper, amount in ((money, "€3.00"), (credit, "€2.00")):
        path = reverse("payments-period-paper", args=[period.pk, paper.pk])
        assert path in page
        text = text_of(client.get(path))
        assert f"for receipt R-{paper.year}-000001" in text
        assert amount in text
    assert "as credit" in text
    prove()


def test_one_that_went_back_at_paypal_has_its_credit_note(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
    media,
    drain,
) -> None:
    row = subscribed()
    sandbox.turn(
        str(row.provider_subscription_id), refund=paid(row).sale_id, value="3.00", reverse=False
    )
    hear_of_all()
    hear_of_all()
    drain()
    assert labels() == ["R-000001", "C-000001"]


def test_one_whose_message_never_comes_has_its_credit_note(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
    media,
    drain,
) -> None:
    """Only PayPal's list of payments tells of it; the message, late after all, tells its number."""
    row = subscribed()
    sandbox.turn(str(row.provider_subscription_id), refund=paid(row).sale_id)
    call_command("reconcile")
    call_command("reconcile")
    drain()
    assert labels() == ["R-000001", "C-000001"]
    found = paid(row).refunds.get()
    assert (found.amount_minor, found.origin, found.provider_refund_id) == (900, "provider", None)
    assert found.document is not None
    assert found.document.facts["refund"]["minor"] == 900
    hear_of_all()
    found.refresh_from_db()
    assert found.provider_refund_id
    drain()
    assert (paid(row).refunds.count(), len(labels())) == (1, 2)
    prove()


def test_the_rest_of_it_too_and_not_what_is_being_asked_for(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
    ada: User,
    media,
    drain,
) -> None:
    row = subscribed()
    sandbox.fault("refund", "lost-reply", times=3)
    with pytest.raises(ProviderUnavailable):
        give_back(paid(row), ada, 300)
    sandbox.turn(str(row.provider_subscription_id), refund=paid(row).sale_id, value="6.00")
    call_command("reconcile")
    drain()
    sums = sorted(paid(row).refunds.values_list("amount_minor", "origin"))
    assert sums == [(300, "admin"), (600, "provider")]
    assert labels() == ["R-000001", "C-000001", "C-000002"]
    prove()


def test_orders_and_payments_share_their_numbers(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
    sam: User,
    tess: User,
    media,
    drain,
) -> None:
    row = subscribed()
    buy(sam, stall.put(tess))
    turn(sandbox, row, next=True)
    drain()
    assert sorted(labels()) == ["R-000001", "R-000002", "R-000003"]
    assert documents.gaps() == []
    for period in row.periods.all():
        assert documents.issue_for_period(period.pk).sha256
    assert Document.objects.count() == 3


def test_looking_again_asks_for_no_second_paper(
    subscribed: Subscribe,  # noqa: F811
    ada: User,
    media,
    drain,
) -> None:
    row = subscribed()
    give_back(paid(row), ada, 900)
    for _ in range(2):
        subscriptions.settle_now(row.pk)
        drain()
    assert labels() == ["R-000001", "C-000001"]
    assert Job.objects.filter(kind=documents.PRINT_PERIOD).count() == 2


def test_what_is_older_gets_its_papers(
    subscribed: Subscribe,  # noqa: F811
    ada: User,
    media,
    drain,
    capsys,
) -> None:
    give_back(paid(subscribed()), ada, 300)
    Job.objects.filter(kind=documents.PRINT_PERIOD).delete()
    call_command("ledger_backfill")
    assert "papers asked for: 2" in capsys.readouterr().out
    drain()
    assert labels() == ["R-000001", "C-000001"]
    call_command("ledger_backfill")
    assert "papers asked for: 0" in capsys.readouterr().out


def test_over_the_api(
    subscribed: Subscribe,  # noqa: F811
    api,
    sam: User,
    tess: User,
    ada: User,
    media,
    drain,
) -> None:
    row = subscribed()
    period = paid(row)
    path = f"{PAYMENTS}/{period.pk}/receipt/"
    assert api(sam).get(path).json()["code"] == "document-not-ready"
    give_back(period, ada, 300)
    drain()
    assert "€9.00" in text_of(api(sam).get(path))
    shown = api(sam).get(f"/api/v1/payments/subscriptions/{row.pk}/").json()
    papers = shown["periods"][0]["papers"]
    assert [paper["kind"] for paper in papers] == ["receipt", "credit_note"]
    note = f"{PAYMENTS}/{period.pk}/papers/{papers[1]['id']}/"
    assert "€3.00" in text_of(api(sam).get(note))
    assert "€9.00" in text_of(api(ada).get(path))
    for way in (path, note):
        assert api(tess).get(way).status_code == 404
        assert api(None).get(way).status_code == 401
    assert api(sam).get(note.replace(papers[1]["id"], str(period.pk))).status_code == 404


def test_mails_lead_to_the_papers(
    subscribed: Subscribe,  # noqa: F811
    ada: User,
    media,
    drain,
    sam: User,
    sandbox: Sandbox,
    settings,
) -> None:
    period = paid(subscribed())
    give_back(period, ada, 300)
    give_back(period, ada, 600)
    drain()
    link = settings.PUBLIC_BASE_URL + MINE
    sent = [mail["subject"] for mail in sandbox.mails(sam.email) if link in mail["text"]]
    for subject in ("Payment received", "A part of a payment is back", "Payment returned"):
        assert [title for title in sent if title.startswith(subject)], sent


def test_an_admin_opens_it(
    subscribed: Subscribe,  # noqa: F811
    client,
    ada: User,
    sam: User,
    media,
    drain,
) -> None:
    period = paid(subscribed())
    drain()
    paper = period.documents.get()
    path = reverse("admin:payments_document_pdf", args=[paper.pk])
    client.force_login(ada)
    for screen in ("subscriptionperiod", "document"):
        page = client.get(reverse(f"admin:payments_{screen}_changelist"), {"q": sam.email})
        assert path in page.content.decode()
    assert "€9.00" in text_of(client.get(path))


def test_the_database_holds_a_paper_to_one_payment(
    subscribed: Subscribe,  # noqa: F811
    sam: User,
    tess: User,
) -> None:
    period, order = paid(subscribed()), buy(sam, stall.put(tess))
    refund = order.refunds.create(amount_minor=1, state="completed")
    given = {"year": 2026, "facts": {}, "kind": "receipt"}
    wrong = [{"order": order, "period": period}, {}, {"period": period, "refund": refund}]
    for number, about in enumerate(wrong, 1):
        with (
            pytest.raises(IntegrityError, match="document_about_one_payment"),
            transaction.atomic(),
        ):
            Document.objects.create(number=number, **given, **about)
    Document.objects.create(number=7, period=period, **given)
    with pytest.raises(IntegrityError, match="document_one_period_receipt"), transaction.atomic():
        Document.objects.create(number=8, period=period, **given)


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_get_one_number(
    subscribed: Subscribe,  # noqa: F811
) -> None:
    period = paid(subscribed())
    done = together([partial(documents.issue_for_period, period.pk)] * 8)
    assert {row.number for row in done} == {1}
    assert documents.gaps() == []
