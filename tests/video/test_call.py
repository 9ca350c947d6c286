"""Two Chromium with made-up cameras hold a call through the built-in room of a running server:
pictures and sound are counted on both sides."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from accounts.models import User
from tests.realtime.servers import Server, running
from tests.video.conftest import opened
from tests.waiting import until
from video.models import ChatLine, Presence, Room
from video.services import membership

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
DEVICES = [
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--auto-select-desktop-capture-source=Entire screen",
]
SIGNAL = "**/signal/"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=DEVICES)
        yield launched
        launched.close()


@pytest.fixture
def server(db: None) -> Iterator[Server]:
    with running("web", SANDBOX_URL="http://127.0.0.1:9") as web:
        yield web


@pytest.fixture
def window(chromium: Browser, server: Server) -> Iterator[Any]:
    with windows(chromium, server) as opens:
        yield opens


@contextmanager
def windows(chromium: Browser, server: Server) -> Iterator[Any]:
    contexts: list[BrowserContext] = []

    def opens(who: User, room: Room) -> Page:
        client = Client()
        client.force_login(who)
        context = chromium.new_context(base_url=server.url, permissions=["camera", "microphone"])
        context.add_cookies(
            [{"name": "sid", "value": client.cookies["sid"].value, "url": server.url}]
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(f"/rooms/{room.pk}/")
        return page

    yield opens
    for context in contexts:
        context.close()


def goes_in(page: Page) -> None:
    expect(page.locator("[data-check=network]")).to_have_attribute("data-state", "good")
    page.click("[data-part=check] [data-act=join]")


def connected(page: Page) -> dict[str, dict[str, float]]:
    """What the browser counts of each of the others it has a connection to."""
    found = page.evaluate("document.querySelector('tm-room').stats()")
    return {session: row for session, row in found.items() if row["state"] == "connected"}


def counted(page: Page) -> dict[str, float]:
    """Of the one other person; nothing while there is no connection."""
    rows = list(connected(page).values())
    return rows[0] if len(rows) == 1 else {}


def other(page: Page) -> str:
    """The other person's window, as this one is connected to it."""
    sessions = page.evaluate("document.querySelector('tm-room').stats().then(Object.keys)")
    return sessions[0] if len(sessions) == 1 else ""


def flows(page: Page) -> None:
    """Pictures are decoded and sound arrives, and both go on."""
    until(lambda: counted(page).get("framesDecoded", 0) > 10, within_s=40)
    before = counted(page)
    until(lambda: went_on(before, counted(page)))


def test_they_meet(window, tess, sam, room) -> None:
    theirs, ours = window(tess, room), window(sam, room)
    goes_in(theirs)
    expect(theirs.locator("[data-part=alone]")).to_be_visible()
    goes_in(ours)
    for page in (theirs, ours):
        flows(page)
        expect(page.locator(".tile")).to_have_count(2)
    ours.click("[data-part=call] [data-act=mic]")
    expect(theirs.locator(".tile:not(.tile-me) .tile-state")).to_have_text("microphone off")
    ours.fill("#chat-text", "Page 12?")
    ours.press("#chat-text", "Enter")
    expect(theirs.locator("[data-chat-lines]")).to_contain_text("Page 12?")
    theirs.fill("#notes-text", "Homework: 12 to 14")
    expect(ours.locator("#notes-text")).to_have_value("Homework: 12 to 14")
    spoken = "new CustomEvent('tm:caption', {detail: {text: 'so x is 3'}})"
    ours.evaluate(f"document.dispatchEvent({spoken})")
    expect(theirs.locator("[data-part=caption]")).to_have_text("Sam: so x is 3")
    ours.click("[data-part=call] [data-act=leave]")
    expect(ours.locator("h1")).to_have_text("You have left the room")
    expect(theirs.locator(".tile")).to_have_count(1)
    assert ChatLine.objects.count() == 1
    until(lambda: Presence.objects.filter(ending="left").count() == 1)


def test_three_meet_and_one_goes(window, tess, sam, otto) -> None:
    """Everybody sees and hears the two others; who stays goes on when one goes."""
    room = opened(tess, sam, otto)
    pages = [window(who, room) for who in (tess, sam, otto)]
    for page in pages:
        goes_in(page)
    for page in pages:
        until(partial(flowing, page, 2), within_s=60)
        expect(page.locator(".tile")).to_have_count(3)
    one_is_large(pages[0])
    pages[2].click("[data-part=call] [data-act=leave]")
    for page in pages[:2]:
        expect(page.locator(".tile")).to_have_count(2)
        flows(page)


def one_is_large(page: Page) -> None:
    """All alike, one of the others large, the one that was chosen large, and all alike again."""
    stage, layout = page.locator("[data-part=stage]"), page.locator("[data-act=layout]")
    expect(stage).to_have_attribute("data-layout", "grid")
    layout.click()
    expect(stage).to_have_attribute("data-layout", "focus")
    expect(page.locator(".tile-large")).to_have_count(1)
    expect(page.locator(".tile-large.tile-me")).to_have_count(0)
    page.locator(".tile-me .tile-pin").click()
    expect(page.locator(".tile-large.tile-me")).to_have_count(1)
    layout.click()
    expect(stage).to_have_attribute("data-layout", "grid")
    expect(page.locator(".tile-large")).to_have_count(0)


def went_on(before: dict[str, float], after: dict[str, float]) -> bool:
    figures = ("framesDecoded", "framesSent", "audioReceived", "audioEnergy")
    return all(after.get(each, 0) > before.get(each, 0) for each in figures)


def flowing(page: Page, people: int) -> bool:
    """Since the last look, pictures and sound of so many went on."""
    before = connected(page)
    page.wait_for_timeout(1000)
    after = connected(page)
    going = [went_on(before[each], row) for each, row in after.items() if each in before]
    return going == [True] * people


# What the one connection sends: a screen says which kind of surface it is, a camera none.
SENT = """() => {
  const [peer] = document.querySelector("tm-room").call.peers.values();
  const sender = peer.pc.getSenders().find((each) => each.track.kind === "video");
  return sender.track.getSettings().displaySurface ?? "camera";
}"""


def test_a_screen_is_shared_and_taken_back(window, tess, sam, room) -> None:
    """What is shown changes on the other side without a new connection."""
    theirs, ours = window(tess, room), window(sam, room)
    for page in (theirs, ours):
        goes_in(page)
    flows(theirs)
    connection = other(theirs)
    assert ours.evaluate(SENT) == "camera"
    share = ours.locator("[data-part=call] [data-act=screen]")
    share.click()
    expect(share).to_have_attribute("aria-pressed", "true")
    shown = theirs.locator(".tile:not(.tile-me)")
    expect(shown.locator(".tile-state")).to_contain_text("shows the screen")
    expect(shown).to_have_class(re.compile("tile-screen.*tile-large|tile-large.*tile-screen"))
    until(lambda: ours.evaluate(SENT) == "monitor", within_s=30)
    flows(theirs)
    share.click()
    expect(share).to_have_attribute("aria-pressed", "false")
    expect(shown).not_to_have_class(re.compile("tile-screen"))
    until(lambda: ours.evaluate(SENT) == "camera", within_s=30)
    flows(theirs)
    assert other(theirs) == connection


def test_a_reload(window, tess, sam, room) -> None:
    theirs, ours = window(tess, room), window(sam, room)
    for page in (theirs, ours):
        goes_in(page)
    flows(theirs)
    before = other(theirs)
    ours.reload()
    goes_in(ours)
    until(lambda: other(theirs) not in {before, ""})
    for page in (theirs, ours):
        flows(page)
        expect(page.locator(".tile")).to_have_count(2)


def test_lost_answers_and_a_lost_line(window, tess, sam, room) -> None:
    """The first answers never arrive although the room took what was said; then, in the middle of
    the call, the line is gone for some seconds."""
    theirs, ours = window(tess, room), window(sam, room)
    left = {"answers": 3}

    def swallow(route: Route) -> None:
        if left["answers"] == 0:
            route.continue_()
            return
        left["answers"] -= 1
        route.fetch()
        route.abort()

    ours.route(SIGNAL, swallow)
    goes_in(theirs)
    goes_in(ours)
    for page in (theirs, ours):
        flows(page)
    assert left["answers"] == 0
    for lost in ([ours], [theirs, ours]):
        for page in lost:
            page.context.set_offline(True)
        for page in lost:
            expect(page.locator("[data-part=offline]")).to_be_visible()
        ours.wait_for_timeout(3000)
        for page in lost:
            page.context.set_offline(False)
        for page in lost:
            expect(page.locator("[data-part=offline]")).to_be_hidden()
        for page in (theirs, ours):
            flows(page)


def test_the_host_ends_it_for_everybody(window, tess, sam, room) -> None:
    """Pressed by the host; the other side is told, and its camera is let go."""
    theirs, ours = window(tess, room), window(sam, room)
    for page in (theirs, ours):
        goes_in(page)
    flows(ours)
    expect(ours.get_by_text("End it for everybody")).to_have_count(0)
    theirs.get_by_text("End it for everybody").click()
    theirs.get_by_role("button", name="End the meeting").click()
    expect(theirs.locator("tm-room")).to_have_count(0)
    expect(theirs.get_by_text("This meeting is over").first).to_be_visible()
    expect(ours.locator("h1")).to_have_text("This meeting is over")
    expect(ours).to_have_url(re.compile("/after/$"))
    assert set(Presence.objects.values_list("ending", flat=True)) == {"closed"}
    expect(ours.get_by_role("link", name="Back to the room")).to_have_count(0)


def test_who_is_put_out_is_told_where_they_stand(window, tess, sam, room) -> None:
    theirs, ours = window(tess, room), window(sam, room)
    for page in (theirs, ours):
        goes_in(page)
    flows(ours)
    membership.remove(host=tess, room_id=room.pk, member_id=room.members.get(user=sam).pk)
    expect(ours.locator("[data-part=notice]")).to_contain_text("no longer a member")
    expect(theirs.locator(".tile")).to_have_count(1)


def test_a_seat_that_lapsed_is_taken_again(window, tess, sam, room) -> None:
    """The computer slept for longer than the lease: the others saw them go, and come again."""
    theirs, ours = window(tess, room), window(sam, room)
    for page in (theirs, ours):
        goes_in(page)
    flows(theirs)
    before = other(theirs)
    here = Presence.objects.filter(member__user=sam, left_at=None)
    here.update(joined_at="2020-01-01T00:00Z", seen_at="2020-01-01T00:00Z")
    until(lambda: Presence.objects.filter(member__user=sam, ending="lapsed").exists())
    until(lambda: other(theirs) not in {before, ""})
    for page in (theirs, ours):
        flows(page)


def test_another_window_of_the_same_person(window, tess, sam, room) -> None:
    first, theirs = window(sam, room), window(tess, room)
    goes_in(first)
    goes_in(theirs)
    second = window(sam, room)
    goes_in(second)
    expect(first.locator("[data-part=notice]")).to_contain_text("another window")
    flows(second)
    flows(theirs)


def test_the_built_in_room_takes_over(window, tess, sam) -> None:
    """Nobody answers where Twilio should be: one press, and both are in a call."""
    room = opened(tess, sam, provider="twilio", capacity=50)
    theirs, ours = window(tess, room), window(sam, room)
    for page in (theirs, ours):
        expect(page.locator("[data-part=trouble]")).to_be_visible()
    for page in (theirs, ours):
        page.click("[data-act=takeover]")
        goes_in(page)
    for page in (theirs, ours):
        flows(page)
    room.refresh_from_db()
    assert (room.provider, room.epoch) == ("builtin", 2)


def test_twilios_client_is_tried_and_gives_way(chromium, sandbox, tess, sam) -> None:
    """The stand-in grants a token, and Twilio's own script tries to reach Twilio with it, which it
    cannot from here (elsewhere Twilio refuses the token): one press, and both are in a call."""
    room = opened(tess, sam, provider="twilio", capacity=50)
    with running("web", SANDBOX_URL=sandbox.url) as web, windows(chromium, web) as window:
        theirs, ours = window(tess, room), window(sam, room)
        fetched: list[str] = []
        ours.on("request", lambda request: fetched.append(request.url))
        goes_in(ours)
        expect(ours.locator("tm-room")).to_have_attribute("data-provider", "twilio")
        expect(ours.locator("[data-part=trouble]")).to_be_visible(timeout=40_000)
        assert [url for url in fetched if "twilio-video.min.js" in url]
        assert ours.evaluate("typeof window.Twilio.Video.connect") == "function"
        ours.click("[data-act=takeover]")
        expect(ours.locator("tm-room")).to_have_attribute("data-provider", "builtin")
        goes_in(theirs)
        for page in (theirs, ours):
            flows(page)
