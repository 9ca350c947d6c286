"""What each of PayPal's messages about payouts does, sent signed through the door of webhooks: in
the rows, and on the page of whom it concerns."""

import pytest

from payments.models import PayoutBatch
from payments.services import sending
from tests.payments.billing import plus, subscribed  # noqa: F401  fixtures
from tests.payments.books import sum_of
from tests.payments.world import Effects, World, proved, world  # noqa: F401  fixture

pytestmark = pytest.mark.django_db
EFFECTS = Effects()
_BATCH, _ITEM = "PAYMENT.PAYOUTSBATCH.", "PAYMENT.PAYOUTS-ITEM."


def ends(here: World, batch: PayoutBatch, item: str, state: str, words: str) -> None:
    """How the item and its batch stand, what is Tess's again, and what she reads."""
    batch.refresh_from_db()
    assert (batch.items.get().state, batch.state) == (item, state)
    lost = item in {"failed", "returned", "refunded"}
    assert sum_of("tutor_available", here.tess) == (8000 if lost else 0)
    assert words in here.page(here.tess, "teach-payouts")
    news = {"success": ["payout-paid"], "refunded": ["payout-paid", "payout-failed"]}
    expected = news.get(item, ["payout-failed"] if lost else [])
    payouts_told = [kind for kind in here.told(here.tess) if kind in _PAYOUT_NEWS]
    assert sorted(payouts_told) == sorted(expected)


_PAYOUT_NEWS = {"payout-paid", "payout-failed"}


@EFFECTS.of("PAYMENT.PAYOUTSBATCH.PROCESSING")
def _under_way(here: World) -> None:
    """PayPal has it, and its answer was never heard."""
    batch = here.sent()
    PayoutBatch.objects.update(state="submitted", provider_batch_id=None)
    here.hear(f"{_BATCH}PROCESSING")
    ends(here, batch, "queued", "processing", "Under way")
    assert batch.provider_batch_id
    # Now that its number is known, whatever is heard next reads how its items ended.
    here.hear_again(f"{_BATCH}PROCESSING")
    ends(here, batch, "success", "paid", "Paid")


@EFFECTS.of("PAYMENT.PAYOUTSBATCH.SUCCESS")
def _processed_batch(here: World) -> None:
    batch = here.sent()
    here.hear(f"{_BATCH}SUCCESS")
    ends(here, batch, "success", "paid", "Paid")


@EFFECTS.of("PAYMENT.PAYOUTSBATCH.DENIED")
def _denied_batch(here: World) -> None:
    batch = here.sent("denied")
    here.hear(f"{_BATCH}DENIED")
    ends(here, batch, "failed", "failed", "It is back on your balance")


def _item_is(kind: str, receiver: str, item: str, state: str, words: str) -> None:
    def effect(here: World) -> None:
        batch = here.sent(receiver)
        here.hear(f"{_ITEM}{kind}")
        ends(here, batch, item, state, words)

    EFFECTS[f"{_ITEM}{kind}"] = effect


_item_is("SUCCEEDED", "tess", "success", "paid", "Paid")
_item_is("FAILED", "failed", "failed", "failed", "It is back on your balance")
_item_is("BLOCKED", "blocked", "blocked", "processing", "Blocked by PayPal")
_item_is("HELD", "held", "onhold", "processing", "Held by PayPal")
_item_is("UNCLAIMED", "unclaimed", "unclaimed", "processing", "Waits to be claimed at PayPal")


def _item_becomes(kind: str, receiver: str, there: str, item: str, words: str) -> None:
    """It stood otherwise before."""

    def effect(here: World) -> None:
        batch = here.sent(receiver)
        sending.follow(batch.pk)
        number = batch.items.get().provider_item_id
        here.switch(f"_payout/{number}", status=there, event=kind)
        here.hear(f"{_ITEM}{kind}")
        ends(here, batch, item, "failed", words)

    EFFECTS[f"{_ITEM}{kind}"] = effect


_item_becomes("RETURNED", "unclaimed", "RETURNED", "returned", "It is back on your balance")
_item_becomes("CANCELED", "unclaimed", "RETURNED", "returned", "It is back on your balance")
_item_becomes("DENIED", "pending", "FAILED", "failed", "It is back on your balance")
_item_becomes("REFUNDED", "tess", "REFUNDED", "refunded", "Came back")


@pytest.mark.parametrize("kind", sorted(EFFECTS))
def test_it_does_what_it_should(
    world: World,  # noqa: F811
    kind: str,
) -> None:
    proved(EFFECTS, kind, world)
