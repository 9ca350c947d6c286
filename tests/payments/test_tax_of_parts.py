"""However a payment goes back, in whatever parts: its credit notes name, together, the receipt's
tax to the cent, no part more than it is itself, and the books close."""

from decimal import Decimal
from functools import partial
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from accounts.models import User
from payments.models import Document, Order, Subscription, SubscriptionPeriod
from payments.services import documents, refunds, settlement, subscription_refunds
from tests.payments.billing import bare_subscription
from tests.payments.books import buy, stall, sum_of
from tutorme.core.money import Money

pytestmark = pytest.mark.django_db
MANY = examples(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
RATES = st.sampled_from([50, 70, 190, 255])


@st.composite
def parted(draw: st.DrawFn) -> list[int]:
    """Minor units of each part, in the order they go back."""
    total = draw(st.integers(4, 20_000))
    cuts = draw(st.lists(st.integers(1, total - 1), max_size=6, unique=True))
    edges = [0, *sorted(cuts), total]
    return [right - left for left, right in pairwise(edges)]


def prove_taxes(whole: int, parts: list[int], **about: object) -> None:
    """`parts` in the order of their notes' numbers."""
    papers = Document.objects.filter(**about)
    assert papers.get(kind="receipt").facts["tax_minor"] == whole
    notes = papers.filter(kind="credit_note").order_by("number")
    told = [note.facts["refund"]["tax_minor"] for note in notes]
    assert sum(told) == whole
    assert all(0 <= tax <= part for tax, part in zip(told, parts, strict=True))
    assert sum_of("tax") == 0


@MANY
@given(parts=parted(), rate=RATES, by_chance=st.randoms())
def test_of_an_order(sam: User, tess: User, ada: User, settings, parts, rate, by_chance) -> None:
    settings.TAX_PER_MILLE = rate
    settings.REFUND_LIMIT_MINOR = 10**9
    order = buy(sam, stall.put(tess, str(Decimal(sum(parts)) / 100)))
    back = partial(refunds.refund, order=order, note="x", actor=ada, as_credit=True)
    rows = [back(amount=Money(part, "EUR")) for part in parts]
    # Papers are numbered when they are printed, not when the money went.
    by_chance.shuffle(rows)
    for row in rows:
        documents.issue(order.pk, row.pk)
    prove_taxes(order.tax_minor, [row.amount_minor for row in rows], order=order)
    assert Order.objects.get(pk=order.pk).state == "refunded"


@MANY
@given(parts=parted(), rate=RATES, later=RATES)
def test_of_a_payment_of_a_subscription(
    otto: User, ada: User, settings, parts, rate, later
) -> None:
    """Between the payment and its way back the rate may change: papers and books keep the old."""
    settings.TAX_PER_MILLE = rate
    settings.REFUND_LIMIT_MINOR = 10**9
    Subscription.objects.update(state="cancelled")
    bare_subscription(otto)
    SubscriptionPeriod.objects.filter(documents=None).update(amount_minor=sum(parts))
    period = SubscriptionPeriod.objects.get(documents=None)
    with transaction.atomic():
        settlement.record_period(period)
    whole = documents.issue_for_period(period.pk).facts["tax_minor"]
    settings.TAX_PER_MILLE = later
    for part in parts:
        row = subscription_refunds.refund(
            period=period, amount=Money(part, "EUR"), note="x", actor=ada, as_credit=True
        )
        documents.issue_for_period(period.pk, row.pk)
    prove_taxes(whole, parts, period=period)


@pytest.mark.parametrize("parts", [[100, 100, 100], [333, 333, 334]])
def test_control_each_part_floored_by_itself_would_lose_some(parts: list[int]) -> None:
    whole = sum(parts) * 190 // 1190
    assert sum(whole * part // sum(parts) for part in parts) < whole
