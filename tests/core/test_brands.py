"""People read a provider's name as it spells itself; programs the one they know."""

import re

import pytest
from django.urls import reverse

from accounts.models import User
from booking.models import Meeting
from payments.models import Order
from tests.house.sources import tracked
from tutorme.core import brands, inbox, metrics
from tutorme.core.brand_admin import brand
from tutorme.core.models import InboxMessage
from video.models import Room

# What a door, a row or a breaker calls its provider; what comes after a colon is one of many.
_CALLED = re.compile(r"""(?:Door\((?:provider=)?f?|^PROVIDER = |^NAME = )"([a-z-]+)[:"]""", re.M)
LIST = reverse("admin:core_inboxmessage_changelist")


def test_every_provider_that_is_called_is_spelled() -> None:
    ours = [path for path in tracked() if path.suffix == ".py" and "tests" not in path.parts]
    called = {name for path in ours for name in _CALLED.findall(path.read_text())}
    assert {"paypal", "zoom", "openrouter", "identity"} <= called
    assert {name for name in called if str(brands.spelled(name)) == name} == set()


def test_the_control_a_stranger_is_called_what_it_is_called() -> None:
    assert brands.spelled("pigeon") == "pigeon"


@pytest.mark.django_db
def test_the_desk_reads_a_name_and_asks_by_the_other(client, ada: User) -> None:
    for provider in ("paypal", "twilio", "pigeon"):
        inbox.store(provider=provider, delivery_id="d", kind="x", body=b"{}", headers={})
    client.force_login(ada)
    page = client.get(LIST).text
    assert "PayPal</a>" in page
    assert ">paypal<" not in re.sub(r"\s", "", page)
    narrowed = client.get(LIST, {"provider": "paypal"}).context["cl"].result_list
    assert [row.provider for row in narrowed] == ["paypal"]
    one = client.get(reverse("admin:core_inboxmessage_change", args=[narrowed[0].pk])).text
    assert "PayPal" in one
    assert brand(InboxMessage(provider="pigeon")) == "pigeon"


@pytest.mark.django_db
def test_programs_are_told_the_name_they_know(api, ada: User) -> None:
    metrics.count_call(metrics.Call("paypal", "2xx", 0.1))
    told = api(ada).get("/api/v1/system/health/").json()["providers"]
    assert [row["name"] for row in told] == ["paypal"]


def test_choices_are_spelled_as_well() -> None:
    spelled = {
        *Order.Provider.labels,
        *Meeting.Platform.labels,
        *Room.Provider.labels,
    }
    assert {"PayPal", "Google Meet", "Microsoft Teams", "Twilio"} <= set(map(str, spelled))
