"""The client `pusher-js` itself, in a browser, against the stand-in: lost and repeated deliveries
change nothing of what a page hears. The page says what it wants to hear and knows no driver."""

import os
from functools import partial
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Page

from accounts.models import User
from realtime.services import relay
from tests import cast
from tests.ui.test_browser import opened
from tests.waiting import until
from tutorme.core.channels import publish
from tutorme.settings import providers

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LISTEN = """async () => {
  const { listen, own } = await import("/static/js/realtime.js");
  window.heard = [];
  listen(own(), { "user-updated": (_data, event) => window.heard.push(event.seq) });
}"""


@pytest.fixture
def pusher_site(sandbox, settings, live_server):
    settings.REALTIME_DRIVER = "pusher"
    policy = {**settings.CONTENT_SECURITY_POLICY}
    sources = [*policy["DIRECTIVES"]["connect-src"], *providers.pusher_sources(settings.PUSHER)]
    policy["DIRECTIVES"] = {**policy["DIRECTIVES"], "connect-src": sources}
    settings.CONTENT_SECURITY_POLICY = policy
    return live_server


def signed_in(user, url: str) -> Any:
    client = Client()
    client.force_login(user)
    return {"name": "sid", "value": client.cookies["sid"].value, "url": url}


def listeners(sandbox) -> list[list[str]]:
    return list(sandbox.http.get(f"{sandbox.url}/_pusher").json()["sockets"].values())


def hears(page: Page, user: User) -> bool:
    """What was said before one stood anywhere is not heard: it is said until one is."""
    publish(f"private-user-{user.pk}", "user-updated", {"user_id": user.pk})
    relay.send_owed()
    return bool(page.evaluate("window.heard.length"))


@pytest.mark.parametrize("kind", ["websocket", "xhr_streaming"])
def test_a_page_hears_everything_once_whatever_pusher_loses(
    chromium, sandbox, pusher_site, kind
) -> None:
    """Over a WebSocket, and where a browser or a proxy lets none through."""
    sam = cast.person("Sam")
    own = f"private-user-{sam.pk}"
    with opened(chromium) as page:
        page.context.add_cookies([signed_in(sam, pusher_site.url)])
        if kind == "xhr_streaming":
            page.add_init_script("delete window.WebSocket")
        page.goto(f"{pusher_site.url}/settings/profile/")
        page.evaluate(LISTEN)
        until(lambda: [own] in listeners(sandbox), within_s=30)
        assert sandbox.http.get(f"{sandbox.url}/_pusher").json()["kinds"] == [kind]
        until(partial(hears, page, sam), within_s=60)
        first = publish(own, "user-updated", {"user_id": sam.pk})
        for fault in ("", "drop", "duplicate", "", "drop", "drop", ""):
            if fault:
                sandbox.fault("delivery", fault, provider="pusher")
            publish(own, "user-updated", {"user_id": sam.pk})
            relay.send_owed()
        last = publish(own, "user-updated", {"user_id": sam.pk})
        relay.send_owed()
        until(lambda: page.evaluate("window.heard.at(-1)") == last, within_s=30)
        heard = page.evaluate("window.heard")
        assert heard == list(range(heard[0], last + 1))
        assert heard[0] < first
        assert page.evaluate("performance.getEntriesByType('resource').map(e => e.name)").count(
            f"{pusher_site.url}/static/vendor/pusher/pusher.min.js"
        )


@pytest.mark.parametrize("what", ["**/realtime/config/", "**/vendor/pusher/pusher.min.js"])
def test_a_page_without_the_client_reads_the_rows_and_tries_again(
    chromium, sandbox, pusher_site, what
) -> None:
    sam = cast.person("Sam")
    own = f"private-user-{sam.pk}"
    errors: list[str] = []
    with opened(chromium) as page:
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.context.add_cookies([signed_in(sam, pusher_site.url)])
        page.route(what, lambda route: route.abort())
        page.goto(f"{pusher_site.url}/settings/profile/")
        page.evaluate(LISTEN)
        until(partial(hears, page, sam), within_s=60)
        assert [own] not in listeners(sandbox)
        page.unroute(what)
        until(lambda: page.evaluate("1") and [own] in listeners(sandbox), within_s=30)
    assert errors == []


def test_a_page_of_the_other_driver_fetches_no_pusher(chromium, sandbox, live_server) -> None:
    assert django_settings.REALTIME_DRIVER == "sse"
    sam = cast.person("Sam")
    with opened(chromium) as page:
        page.context.add_cookies([signed_in(sam, live_server.url)])
        page.goto(f"{live_server.url}/settings/profile/")
        page.evaluate(LISTEN)
        until(partial(hears, page, sam), within_s=30)
        last = publish(f"private-user-{sam.pk}", "user-updated", {"user_id": sam.pk})
        until(lambda: page.evaluate("window.heard.at(-1)") == last, within_s=30)
        names = page.evaluate("performance.getEntriesByType('resource').map(e => e.name)")
        assert not [name for name in names if "pusher" in name]
