"""Following every subscription whose story goes on, for messages that never came and processes that
died."""

from datetime import timedelta
from uuid import UUID

import structlog
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from payments.errors import SubscriptionBusy
from payments.models import LIVE_STATES, Subscription
from payments.services import subscription_wishes, subscriptions
from payments.services.subscription_truth import State
from tutorme.core.errors import DomainError, ProviderNotConfigured, ProviderUnavailable
from tutorme.core.gateways import GatewayRejected
from tutorme.core.transactions import outside_transaction

log = structlog.get_logger(__name__)


@outside_transaction
def reconcile(*, only_due: bool = False, limit: int = 200) -> dict[str, int]:
    """Follows every subscription that is not over, and what was wished of one, to its truth at the
    provider. Safe beside itself and everything else. `only_due` leaves out those looked at a
    short while ago."""
    found = {"followed": 0, "given up": _give_up_stale(), "busy": 0, "unreachable": 0}
    # One that ended may still lose what it opens: its payment can go back.
    followed = Q(state__in=LIVE_STATES) | Q(access_until__gt=Now()) | ~Q(wish="")
    rows = Subscription.objects.filter(followed).exclude(provider_subscription_id=None)
    if only_due:
        rows = rows.filter(next_check_at__lte=Now())
    for row in list(rows.order_by("next_check_at")[:limit]):
        found[_reconcile_one(row.pk)] += 1
        _check_again_later(row.pk)
    return found


def _give_up_stale() -> int:
    stale = Subscription.objects.filter(
        state=State.APPROVAL_PENDING,
        provider_subscription_id=None,
        created_at__lt=Now() - subscriptions.PATIENCE,
    )
    found = list(stale.values_list("pk", flat=True)[:500])
    for subscription_id in found:
        subscriptions.give_up(subscription_id, "nobody agreed in time")
    return len(found)


def _reconcile_one(subscription_id: UUID) -> str:
    try:
        row = subscriptions.settle_now(subscription_id)
        if row.wish:
            subscription_wishes.fulfil(subscription_id)
    except SubscriptionBusy:
        return "busy"
    except (ProviderUnavailable, ProviderNotConfigured, GatewayRejected) as error:
        log.warning("reconcile.unreachable", subscription=str(subscription_id), error=str(error))
        return "unreachable"
    except DomainError as error:
        log.info("reconcile.refused", subscription=str(subscription_id), code=error.code)
    return "followed"


def _check_again_later(subscription_id: UUID) -> None:
    row = Subscription.objects.get(pk=subscription_id)
    now = timezone.now()
    when = now + timedelta(days=1)
    if row.busy_until or row.wish:
        when = row.busy_until or now + timedelta(minutes=1)
    elif row.state in {State.APPROVAL_PENDING, State.APPROVED}:
        when = now + max(timedelta(minutes=1), (now - row.created_at) / 4)
    elif asked := [at for at in (row.next_try_at, row.next_billing_at) if at]:
        when = min(when, max(min(asked), now) + timedelta(minutes=15))
    Subscription.objects.filter(pk=row.pk).update(next_check_at=when)
