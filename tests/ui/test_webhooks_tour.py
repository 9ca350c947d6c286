"""A tour of webhooks, for everyone who comes there."""

import os

import pytest
from django.utils import timezone

from tests.ui.test_browser import NARROW, WIDE
from tests.ui.test_tour import tour
from tests.webhooks.conftest import PAID, pay
from tests.webhooks.receiver import receiver  # noqa: F401  fixture
from webhooks.models import Delivery, Endpoint
from webhooks.services import endpoints, replaying
from webhooks.services.endpoints import For

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def stops(receiver, tess, drain) -> list[str]:  # noqa: F811
    """Tess has one that works, with something taken and something given up, and one that is off."""
    whose = For(owner_id=tess.pk)
    row = endpoints.make(
        whose=whose, actor_id=tess.pk, url=receiver.url, types=[PAID], description="Books"
    ).row
    off = endpoints.make(whose=whose, actor_id=tess.pk, url=receiver.url, types=[PAID]).row
    Endpoint.objects.filter(pk=off.pk).update(
        state="disabled", disabled_at=timezone.now(), disabled_reason="It answered 410 Gone."
    )
    pay(tess)
    drain()
    receiver.status = 500
    pay(tess)
    drain()
    Delivery.objects.filter(state="waiting").update(state="failed")
    now = timezone.now()
    replaying.span(
        endpoint=row, since=row.created_at, until=now, missed_only=False, owner_id=tess.pk
    )
    drain()
    root = "/settings/webhooks/"
    log = row.deliveries.first()
    assert log is not None
    ones = [f"{root}{row.pk}/", f"{root}{off.pk}/", f"{root}{row.pk}/{log.pk}/"]
    return [root, f"{root}new/", *ones, f"{root}{row.pk}/rotate/"]


@pytest.mark.parametrize(("width", "scheme"), [(WIDE, "light"), (NARROW, "dark")])
def test_webhooks_are_open_to_everyone(chromium, live_server, tess, stops, width, scheme):
    options = {"width": width, "color_scheme": scheme}
    assert tour(chromium, live_server.url, tess, stops, **options) == {}
