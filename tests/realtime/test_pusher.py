"""The Pusher driver: held to the published vectors, to the stand-in, and to its faults."""

import hashlib
import hmac
import json
import threading
import time
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.conf import settings as django_settings
from django.db import connection
from pusher.http import POST, Request

from realtime.gateways import pusher
from realtime.gateways.pusher import Push
from realtime.models import ChannelEvent, Presence, PushOwed
from realtime.services import channels, presence, relay
from tests.contracts import CONTRACTS, Contract, Exchange
from tutorme.core import breaker
from tutorme.core.channels import publish
from tutorme.core.gateways import GatewayMisconfigured, GatewayRejected, GatewayUnavailable
from tutorme.core.models import InboxMessage

pytestmark = pytest.mark.django_db
AUTH = "/api/v1/realtime/auth/"
WEBHOOK = "/api/v1/realtime/webhooks/pusher/"


@pytest.fixture
def driver(sandbox, settings):
    settings.REALTIME_DRIVER = "pusher"
    return sandbox


def ask(client, form: dict[str, str]):
    """As `pusher-js` does: a form."""
    kind = "application/x-www-form-urlencoded"
    return client.post(AUTH, urlencode(form), content_type=kind)


def overview(sandbox) -> dict[str, Any]:
    return sandbox.http.get(f"{sandbox.url}/_pusher").json()


# Signatures ------------------------------------------------------------------------------------


@pytest.fixture
def vectors(settings) -> dict[str, Any]:
    if CONTRACTS is None:
        pytest.skip("the published vectors are not beside the checkout")
    found: dict[str, Any] = json.loads((CONTRACTS / "pusher/vectors.json").read_text())
    settings.PUSHER = {**settings.PUSHER, **found["credentials"], "host": "h", "port": 1}
    return found


def test_requests_are_signed_as_published(vectors) -> None:
    wanted = vectors["rest_request"]
    with time_machine.travel(int(wanted["auth_timestamp"]), tick=False):
        request = Request(
            pusher._client()._pusher_client, POST, wanted["path"], json.loads(wanted["body"])
        )
        request.body = wanted["body"].encode()
        request.query_params = {}
        request._generate_auth()
    assert request.body_md5 == wanted["body_md5"]
    assert request.query_params["auth_signature"] == wanted["auth_signature"]


def test_channels_are_signed_as_published(vectors) -> None:
    private, presence_channel = vectors["channel_auth"][:2]
    signed = pusher.authorise(private["channel"], private["socket_id"], None)
    assert signed == {"auth": private["auth"]}
    own = django_settings.PUSHER
    text = presence_channel["string_to_sign"]
    digest = hmac.new(own["secret"].encode(), text.encode(), hashlib.sha256).hexdigest()
    assert f"{own['key']}:{digest}" == presence_channel["auth"]
    member = {"user_id": "7", "user_info": {"display_name": "Sam"}}
    answer = pusher.authorise("presence-foobar", "1234.1234", member)
    text = f"1234.1234:presence-foobar:{answer['channel_data']}"
    digest = hmac.new(own["secret"].encode(), text.encode(), hashlib.sha256).hexdigest()
    assert answer["auth"] == f"{own['key']}:{digest}"


def test_a_webhook_is_genuine_or_not(settings, sandbox) -> None:
    body = b'{"time_ms": 1, "events": []}'
    good = hmac.new(settings.PUSHER["secret"].encode(), body, hashlib.sha256).hexdigest()
    key = settings.PUSHER["key"]
    assert pusher.is_genuine(key, good, body)
    for wrong in ((key, good, body + b" "), (key, good[:-1] + "0x", body), ("other", good, body)):
        assert not pusher.is_genuine(*wrong)
    assert not pusher.is_genuine(key, "é", body)
    settings.PUSHER = {**settings.PUSHER, "secret": ""}
    empty = hmac.new(b"", body, hashlib.sha256).hexdigest()
    assert not pusher.is_genuine(key, empty, body)


# Being let in ----------------------------------------------------------------------------------


def test_a_socket_is_let_into_ones_own_channel(api, driver, sam) -> None:
    form = {"socket_id": "1.2", "channel_name": f"private-user-{sam.pk}"}
    answer = ask(api(sam), form)
    assert answer.status_code == 200, answer.content
    own = django_settings.PUSHER
    text = f"1.2:private-user-{sam.pk}"
    digest = hmac.new(own["secret"].encode(), text.encode(), hashlib.sha256).hexdigest()
    assert answer.json() == {"auth": f"{own['key']}:{digest}"}


def test_presence_names_the_person_of_the_sign_in(api, driver, sam) -> None:
    form = {"socket_id": "1.2", "channel_name": f"presence-user-{sam.pk}"}
    data = json.loads(ask(api(sam), form).json()["channel_data"])
    assert data == {"user_id": str(sam.pk), "user_info": {"display_name": "Sam"}}


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"socket_id": "1.2", "channel_name": "private-user-{otto}"}, 403),
        ({"socket_id": "1.2", "channel_name": "presence-course-{otto}"}, 403),
        ({"socket_id": "1.2", "channel_name": "private-user-{sam}:x"}, 403),
        ({"socket_id": "1.2", "channel_name": "notifications"}, 403),
        ({"socket_id": "1.2:private-user-{otto}", "channel_name": "private-user-{sam}"}, 400),
        ({"socket_id": "x", "channel_name": "private-user-{sam}"}, 400),
        ({"socket_id": "1.2"}, 400),
        ({"socket_id": "1.2", "channel_name": "private-user-{sam}", "callback": "f"}, 400),
    ],
)
def test_others_are_not_let_in(api, driver, sam, otto, form, status) -> None:
    filled = {name: value.format(sam=sam.pk, otto=otto.pk) for name, value in form.items()}
    assert ask(api(sam), filled).status_code == status


def test_without_the_driver_the_door_says_so(api, sandbox, sam) -> None:
    form = {"socket_id": "1.2", "channel_name": f"private-user-{sam.pk}"}
    answer = ask(api(sam), form)
    assert (answer.status_code, answer.json()["code"]) == (503, "provider-not-configured")
    config = api(sam).get("/api/v1/realtime/config/").json()
    assert (config["driver"], config["pusher"]) == ("sse", None)
    assert "secret" not in json.dumps(config)


# Sending ---------------------------------------------------------------------------------------


def test_what_is_said_is_owed_and_sent_in_batches_of_ten(driver, sam, tell) -> None:
    own = f"private-user-{sam.pk}"
    for _ in range(23):
        publish(own, "user-updated", {"user_id": sam.pk})
    tell(sam)
    assert relay.send_owed() == 24
    assert not PushOwed.objects.exists()
    seen = overview(driver)
    assert seen["calls"] == 3
    told = [json.loads(each["data"]) for each in seen["triggered"]]
    assert [each["seq"] for each in told] == list(range(1, 25))
    assert (told[-1]["event"], told[-1]["data"]["title"]) == (
        "notification-new",
        "Welcome to TutorMe",
    )


def test_with_server_sent_events_nothing_is_owed_to_pusher(sandbox, sam, tell) -> None:
    tell(sam)
    assert not PushOwed.objects.exists()
    assert relay.send_owed() == 0


def test_what_is_too_large_is_announced_without_its_data(driver, sam) -> None:
    own = f"private-user-{sam.pk}"
    # 5,000 letters of two bytes each: Python counts fewer than the service.
    publish(own, "notification-read", {"ids": ["ß" * 5200], "unread": 0})
    relay.send_owed()
    (sent,) = overview(driver)["triggered"]
    assert len(sent["data"].encode()) < 10_240
    assert json.loads(sent["data"])["data"] is None
    assert ChannelEvent.objects.get().payload["ids"] != []


@pytest.mark.parametrize("kind", ["500-before", "429", "reset", "lost-reply", "500-after"])
def test_a_call_that_fails_is_made_again(driver, sam, kind) -> None:
    driver.fault("trigger", kind, provider="pusher", seconds=0)
    publish(f"private-user-{sam.pk}", "user-updated", {"user_id": sam.pk})
    assert relay.send_owed() == 1
    assert {json.loads(each["data"])["seq"] for each in overview(driver)["triggered"]} == {1}
    breaker.for_provider("pusher").close()


def test_while_pusher_is_down_everything_waits_in_order(driver, api, sam) -> None:
    own = f"private-user-{sam.pk}"
    driver.fault("trigger", "500-before", provider="pusher", times=3)
    publish(own, "user-updated", {"user_id": sam.pk})
    with pytest.raises(GatewayUnavailable):
        relay.send_owed()
    publish(own, "user-updated", {"user_id": sam.pk})
    polled = api(sam).get("/api/v1/realtime/events/", {"after": "0"}).json()
    assert [row["seq"] for row in polled["events"]] == [1, 2]
    breaker.for_provider("pusher").close()
    assert relay.send_owed() == 2
    told = [json.loads(each["data"])["seq"] for each in overview(driver)["triggered"]]
    assert told == [1, 2]


def test_a_wrong_secret_is_for_the_operator(driver, settings, sam) -> None:
    settings.PUSHER = {**settings.PUSHER, "secret": "another"}
    with pytest.raises(GatewayMisconfigured):
        pusher.send([Push("notifications", "user-updated", "{}")])
    settings.PUSHER = {**settings.PUSHER, "app_id": "9"}
    with pytest.raises(GatewayRejected):
        pusher.send([Push("notifications", "user-updated", "{}")])
    settings.PUSHER = {**settings.PUSHER, "secret": ""}
    with pytest.raises(GatewayMisconfigured):
        pusher.send([Push("notifications", "user-updated", "{}")])


@pytest.mark.skipif(CONTRACTS is None, reason="the contract is not beside the checkout")
def test_the_stand_in_and_we_keep_to_the_transcribed_contract(driver) -> None:
    assert CONTRACTS is not None
    contract = Contract(CONTRACTS / "pusher/http_api.derived.openapi.json")
    client = pusher._client()._pusher_client
    batch = [{"channel": "notifications", "name": "user-updated", "data": "{}"}]
    request = client.trigger_batch.make_request(batch, True)
    answer = driver.http.post(request.url, content=request.body, headers=request.headers)
    exchange = Exchange(
        "POST",
        request.path,
        request.query_string,
        {"content-type": "application/json", "authorization": "in the query"},
        request.body,
        answer.status_code,
        answer.content,
    )
    assert answer.status_code == 200
    assert contract.check(exchange) == []


# Webhooks --------------------------------------------------------------------------------------


def send_webhook(
    api, events: list[dict[str, str]], *, age: timedelta = timedelta(), change: bytes = b""
) -> Any:
    own = django_settings.PUSHER
    at = int((time.time() - age.total_seconds()) * 1000)
    body = json.dumps({"time_ms": at, "events": events}).encode()
    signature = hmac.new(own["secret"].encode(), body, hashlib.sha256).hexdigest()
    body = body.replace(change, b"X", 1) if change else body
    return api().post(
        WEBHOOK,
        body,
        content_type="application/json",
        HTTP_X_PUSHER_KEY=own["key"],
        HTTP_X_PUSHER_SIGNATURE=signature,
    )


def test_who_came_and_went_at_pusher_is_known_here(api, driver, drain, sam) -> None:
    own = f"private-user-{sam.pk}"
    event = {"name": "channel_occupied", "channel": own}
    assert send_webhook(api, [event]).status_code == 204
    drain()
    assert Presence.objects.get().user == sam
    # A vacation of a while ago does not end what was seen since.
    event = {"name": "channel_vacated", "channel": own}
    assert send_webhook(api, [event], age=timedelta(minutes=4)).status_code == 204
    drain()
    assert presence.sweep() == 0
    send_webhook(api, [event])
    drain()
    assert presence.sweep() == 1


def test_members_of_a_presence_channel_are_people_of_the_session(api, driver, drain, sam) -> None:
    name = f"presence-user-{sam.pk}"
    event = {"name": "member_added", "channel": name, "user_id": str(sam.pk)}
    send_webhook(api, [event, {"name": "member_added", "channel": "presence-x", "user_id": "y"}])
    drain()
    assert Presence.objects.get().channel == f"private-user-{sam.pk}"


def test_a_webhook_that_is_not_signed_changes_nothing(api, driver, drain, sam) -> None:
    body = {"time_ms": 1, "events": [{"name": "channel_occupied", "channel": "x"}]}
    signed = {"HTTP_X_PUSHER_KEY": "sandbox-key", "HTTP_X_PUSHER_SIGNATURE": "0" * 64}
    for headers in ({}, signed):
        answer = api().post(WEBHOOK, body, format="json", **headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "realtime-webhook-not-genuine")
    drain()
    assert not Presence.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"change": b"channel_occupied"},
        {"age": timedelta(minutes=11)},
        {"age": -timedelta(minutes=11)},
    ],
)
def test_nor_does_one_that_is_changed_or_of_long_ago(api, driver, drain, sam, wrong) -> None:
    event = {"name": "channel_occupied", "channel": f"private-user-{sam.pk}"}
    assert send_webhook(api, [event], **wrong).status_code == 400
    assert not InboxMessage.objects.exists()
    assert send_webhook(api, [event]).status_code == 204


@pytest.mark.parametrize("body", [b"[]", b"{", b"1", b'{"time_ms": "soon"}', b'{"time_ms": 1e300}'])
def test_signed_nonsense_is_sent_back(api, driver, body: bytes) -> None:
    own = django_settings.PUSHER
    signature = hmac.new(own["secret"].encode(), body, hashlib.sha256).hexdigest()
    headers = {"HTTP_X_PUSHER_KEY": own["key"], "HTTP_X_PUSHER_SIGNATURE": signature}
    answer = api().post(WEBHOOK, body, content_type="application/json", **headers)
    assert answer.status_code == 400


@pytest.mark.parametrize("unset", ["key", "secret"])
def test_without_keys_no_webhook_is_taken(api, driver, settings, unset: str) -> None:
    settings.PUSHER = {**settings.PUSHER, unset: ""}
    assert send_webhook(api, []).status_code == 400


def test_a_kind_unknown_changes_nothing(api, driver, drain, sam) -> None:
    event = {"name": "channel_repainted", "channel": f"private-user-{sam.pk}"}
    assert send_webhook(api, [event]).status_code == 204
    drain()
    assert not Presence.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_relays_one_sends(driver, sam) -> None:
    """Both at once, so that a channel is heard in order and nothing is sent twice."""
    for _ in range(30):
        channels.publish(f"private-user-{sam.pk}", "user-updated", {"user_id": sam.pk})

    def send() -> None:
        relay.send_owed()
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    relay.send_owed()
    seqs = [json.loads(each["data"])["seq"] for each in overview(driver)["triggered"]]
    assert seqs == list(range(1, 31))
