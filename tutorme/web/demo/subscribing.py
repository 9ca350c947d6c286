"""Two plans, and Otto, who subscribed to one: made through the services, and agreed to at the
stand-in as a payer would, so it needs the stand-in running."""

from urllib.parse import urlsplit

from accounts.models import User
from payments.models import Feature, Plan, Subscription
from payments.services import plans, subscriptions
from tutorme.core.http import Door
from tutorme.core.money import Money

_PLANS = (
    ("plus", "Plus", "Every premium course, for as long as you like.", "9.00", ["premium_courses"]),
    (
        "studio",
        "Studio",
        "Premium courses, the AI studio and recordings of your lessons.",
        "19.00",
        [Feature.PREMIUM_COURSES, Feature.AI, Feature.VIDEO],
    ),
)
_SUBSCRIBER = "otto"


def subscribe_the_demo() -> str:
    """What there is now, in words."""
    for position, (slug, name, description, price, features) in enumerate(_PLANS):
        facts = {
            "name": name,
            "description": description,
            "features": features,
            "position": position,
        }
        plan, made = Plan.objects.get_or_create(slug=slug, defaults=facts)
        if made:
            plans.set_price(plan=plan, price=Money.parse(price, "EUR"), unit="month")
    plans.sync()
    otto = User.objects.filter(username=_SUBSCRIBER).first()
    if otto is None or Subscription.objects.filter(user=otto).exclude(state="expired").exists():
        return f"{len(_PLANS)} plans"
    row = subscriptions.subscribe(user=otto, plan=Plan.objects.get(slug="plus"))
    _agree(row.approve_url)
    return f"{len(_PLANS)} plans; Otto's subscription is {subscriptions.settle(row.pk).state}"


def _agree(approve_url: str) -> None:
    address = urlsplit(approve_url)
    door = Door("paypal-stand-in", f"{address.scheme}://{address.netloc}")
    path = f"{address.path}?{address.query}"
    door.request("POST", path, idempotent=False, data={"choice": "approve"})
