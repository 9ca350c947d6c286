"""Credit that comes with each payment of a plan. What is not spent in its cycle ends with it, but
for a week's worth, which lasts a cycle longer."""

from datetime import timedelta

from django.utils import timezone

from payments.models import CreditLot, SubscriptionPeriod
from payments.services import credits, ledger
from payments.services.ledger import Kind, Line
from tutorme.core.money import Money

_WEEK = timedelta(days=7)


def give(period: SubscriptionPeriod) -> None:
    """Once a payment; the house pays for it. The caller holds the subscription's lock."""
    minor = period.version.plan.credit_minor
    if not minor or period.ends_at <= timezone.now():
        return
    length = period.ends_at - period.starts_at
    lasting = min(minor, minor * _WEEK // length)
    ends = {"cycle": period.ends_at, "week": period.ends_at + length}
    owner_id = period.subscription.user_id
    lines = [Line(Kind.PROMOTIONS, -minor), Line(Kind.CREDITS, minor, owner_id)]
    if not ledger.post(
        kind="cycle_credit", reference=period.sale_id, currency=period.currency, lines=lines
    ):
        return
    for name, part in (("cycle", minor - lasting), ("week", lasting)):
        if part:
            credits.add(
                owner_id=owner_id,
                amount=Money(part, period.currency),
                source=CreditLot.Source.GRANTED,
                reference=f"{name}:{period.sale_id}",
                expires_at=ends[name],
                reason=period.version.plan.name,
            )


def take_back(period: SubscriptionPeriod) -> None:
    """The payment went back: what is left of its credit goes too, once."""
    names = [f"{name}:{period.sale_id}" for name in ("cycle", "week")]
    lots = CreditLot.objects.select_for_update(of=("self",), no_key=True)
    for lot in lots.filter(reference__in=names, left_minor__gt=0).order_by("pk"):
        ledger.post(
            kind="cycle_credit_back",
            reference=f"{lot.pk}:{lot.uses.count()}",
            currency=lot.currency,
            lines=[
                Line(Kind.CREDITS, -lot.left_minor, lot.owner_id),
                Line(Kind.PROMOTIONS, lot.left_minor),
            ],
        )
        CreditLot.objects.filter(pk=lot.pk).update(left_minor=0)
