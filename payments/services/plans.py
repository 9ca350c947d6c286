"""Plans and their prices, and PayPal's copies of them.

A price is never changed: a new version takes its place for newcomers, and who subscribed keeps
theirs. `sync` carries that to PayPal; run it as often and as many at once as you like.
"""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max

from payments.gateways import paypal
from payments.gateways.base import PlanTerms
from payments.gateways.paypal import PayPal
from payments.models import Plan, PlanVersion
from tutorme.core import audit
from tutorme.core.gateways import GatewayRejected
from tutorme.core.money import Money
from tutorme.core.transactions import outside_transaction

State = PlanVersion.State
# One product for all plans: PayPal lets a subscriber change between plans of one product only.
PRODUCT = "TUTORME-MEMBERSHIP"
_PRODUCT_NAME = "TutorMe membership"


@dataclass(frozen=True)
class Step:
    """What PayPal has to be told. `problem` is its refusal."""

    plan: str
    price: int
    action: str
    problem: str = ""

    def as_json(self) -> dict[str, Any]:
        return vars(self)


@transaction.atomic
def set_price(
    *, plan: Plan, price: Money, unit: str, count: int = 1, actor_id: Any = None
) -> PlanVersion:
    """The plan at this price; the one it has where nothing changes. Newcomers get it after the
    next `sync`."""
    Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    newest = plan.versions.order_by("-number").first()
    if newest and _same(newest, price, unit, count):
        return newest
    # One that was not confirmed may exist at PayPal all the same: `sync` closes it there.
    plan.versions.filter(state=State.DRAFT).update(state=State.RETIRING)
    number = (plan.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    made = PlanVersion.objects.create(
        plan=plan,
        number=number,
        unit=unit,
        count=count,
        amount_minor=price.minor,
        currency=price.currency,
    )
    audit.record("plan.priced", target=plan, actor_id=actor_id, after=price.as_json())
    return made


def _same(version: PlanVersion, price: Money, unit: str, count: int) -> bool:
    terms = (version.price, version.unit, version.count)
    return version.state in {State.DRAFT, State.ACTIVE} and terms == (price, unit, count)


def pending() -> list[Step]:
    """What `sync` would do."""
    return [_step(version) for version in _unsettled()]


def _unsettled() -> list[PlanVersion]:
    rows = PlanVersion.objects.filter(state__in=(State.DRAFT, State.RETIRING))
    return list(rows.select_related("plan").order_by("plan__slug", "number"))


def _step(version: PlanVersion, problem: str = "") -> Step:
    action = "create" if version.state == State.DRAFT else "close"
    return Step(version.plan.slug, version.number, action, problem)


@outside_transaction
def sync() -> list[Step]:
    """Makes at PayPal what is missing and closes there what is out of date. Raises
    `GatewayUnavailable` or `GatewayMisconfigured`; what was done by then stays done."""
    gateway, done = paypal.gateway(), dict[Any, Step]()
    # A price that was replaced is closed after its successor is there.
    while rows := [version for version in _unsettled() if version.pk not in done]:
        gateway.ensure_product(PRODUCT, name=_PRODUCT_NAME)
        done.update((version.pk, _settle(gateway, version)) for version in rows)
    return list(done.values())


def _settle(gateway: PayPal, version: PlanVersion) -> Step:
    step = _step(version)
    try:
        if version.state == State.DRAFT:
            _create(gateway, version)
        else:
            _close(gateway, version)
    except GatewayRejected as refusal:
        return _step(version, str(refusal))
    return step


def _create(gateway: PayPal, version: PlanVersion) -> None:
    """Looked for before it is made, since PayPal forgets a request id after 72 hours."""
    known = gateway.find_plan(PRODUCT, version.provider_name)
    terms = PlanTerms(
        name=version.provider_name,
        description=version.plan.description,
        unit=version.unit.upper(),
        count=version.count,
        price=version.price,
    )
    made = known or gateway.create_plan(
        request_id=version.request_id, product_id=PRODUCT, terms=terms
    )
    with transaction.atomic():
        Plan.objects.select_for_update(no_key=True).get(pk=version.plan_id)
        row = PlanVersion.objects.get(pk=version.pk)
        if row.state == State.DRAFT:
            row.plan.versions.filter(state=State.ACTIVE).update(state=State.RETIRING)
            row.state = State.ACTIVE
        row.provider_plan_id = made.id
        row.save(update_fields=["state", "provider_plan_id"])


def _close(gateway: PayPal, version: PlanVersion) -> None:
    known = version.provider_plan_id
    if known is None:
        found = gateway.find_plan(PRODUCT, version.provider_name)
        known = found.id if found else None
    if known is not None and gateway.plan(known).status == "ACTIVE":
        gateway.offer_plan(known, offered=False)
    PlanVersion.objects.filter(pk=version.pk, state=State.RETIRING).update(
        state=State.RETIRED, provider_plan_id=known
    )
