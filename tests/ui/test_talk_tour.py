"""A tour of where people write, meet and choose what they are told; and two who write to each
other in two browsers, live."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, Route, expect

from accounts.models import User
from courses.models import Course, Enrollment
from realtime.models import Message
from realtime.services import conversations, moderation, unsubscribing
from realtime.uploads import DOCUMENT
from tests.realtime.servers import Server, running
from tests.ui.test_browser import NARROW, WIDE, opened
from tests.ui.test_tour import tour
from tests.video.conftest import opened as opened_room
from tests.waiting import until
from tutorme.core.files import storing
from video.models import ChatLine, Recording, Room
from video.services import presence, rooms

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCREENS = [(WIDE, "light"), (WIDE, "dark"), (NARROW, "light"), (NARROW, "dark")]
LONG = "https://long.example/" + "0123456789" * 12


@contextmanager
def signed_in(browser: Browser, url: str, who: User, **options: Any) -> Iterator[Page]:
    client = Client()
    client.force_login(who)
    with opened(browser, **options) as page:
        page.context.add_cookies(
            [{"name": "sid", "value": client.cookies["sid"].value, "url": url}]
        )
        yield page


def say(user: User, talk: Any, text: str, *files: Any) -> None:
    conversations.send(user=user, conversation_id=talk.pk, body=text, file_ids=list(files))


@pytest.fixture
def course(sam: User, tess: User) -> Course:
    made = Course.objects.create(
        title="Sets", slug="sets", instructor=tess, state="published", difficulty="beginner"
    )
    Enrollment.objects.create(user=sam, course=made)
    return made


@pytest.fixture
def talks(sam: User, tess: User, otto: User, course: Course, media: Path) -> list[str]:
    """One of each state, as Tess or Sam sees it."""
    talk = conversations.begin(user=sam, other_id=tess.pk)
    upload = SimpleUploadedFile("board.txt", b"sets", content_type="text/plain")
    file = storing.store(owner_id=tess.pk, purpose=DOCUMENT, upload=upload)
    say(sam, talk, "Page 12?\n\nI am stuck.")
    say(tess, talk, LONG, file.pk)
    row = moderation.report(
        user=sam, message_id=Message.objects.latest("seq").pk, reason="advertising"
    )
    assert row
    question = conversations.begin(user=otto, other_id=tess.pk)
    say(otto, question, "Do you teach beginners?")
    return [f"/messages/{talk.pk}/", f"/messages/{question.pk}/"]


def past_room(host: User, guest: User) -> Room:
    room = opened_room(host, guest)
    at = timezone.now()
    for who in (host, guest):
        presence.join(user=who, room_id=room.pk, session=uuid4())
    member = room.members.get(user=host)
    Recording.objects.create(
        room=room, member=member, sid="RT1", state="completed", started_at=at, seconds=61
    )
    rooms.end(user=host, room_id=room.pk)
    return room


@pytest.fixture
def stops(sam: User, tess: User, talks: list[str]) -> list[str]:
    room, early = opened_room(tess, sam), opened_room(tess, sam)
    ChatLine.objects.create(room=room, author=sam, text="Page 12?")
    later = timezone.now() + timedelta(hours=5)
    window = rooms.window(later, later + timedelta(hours=1))
    Room.objects.filter(pk=early.pk).update(**window)
    past = past_room(tess, sam)
    token = unsubscribing.link(sam.pk, "message").split("/", 3)[3]
    shown = [f"/rooms/{each.pk}/" for each in (room, early, past)]
    return [
        "/settings/notifications/",
        "/messages/",
        *talks,
        f"/{token}",
        "/rooms/",
        *shown,
        f"/rooms/{past.pk}/after/",
    ]


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_they_are_open_to_everyone(chromium, live_server, tess, stops, width, scheme) -> None:
    options = {"width": width, "color_scheme": scheme}
    assert tour(chromium, live_server.url, tess, stops, **options) == {}


def test_they_stand_as_well_from_right_to_left(chromium, live_server, tess, stops) -> None:
    User.objects.filter(pk=tess.pk).update(locale="ar")
    assert tour(chromium, live_server.url, tess, stops, width=NARROW) == {}


def test_words_of_a_conversation_have_room(chromium, live_server, tess, talks) -> None:
    """Inside its element they once lay in a third of the width; axe does not see that."""
    for width in (WIDE, NARROW):
        with signed_in(chromium, live_server.url, tess, width=width) as page:
            page.route("**/realtime/stream/**", lambda route: route.fulfill(status=204))
            page.goto(live_server.url + talks[0])
            box = page.locator("[data-messages]").bounding_box()
            assert box
            assert box["width"] > 0.55 * width


# Two browsers -----------------------------------------------------------------------------------


@pytest.fixture
def server(db: None) -> Iterator[Server]:
    with running("web") as web:
        yield web


@pytest.fixture
def sits(chromium: Browser, server: Server) -> Iterator[Callable[[User, str], Page]]:
    with ExitStack() as held:

        def opens(who: User, path: str) -> Page:
            page = held.enter_context(signed_in(chromium, server.url, who))
            page.goto(server.url + path)
            return page

        yield opens


def last(page: Page) -> Any:
    return page.locator("[data-messages] > :last-child")


def test_two_write_to_each_other(sits, sam, tess, course, media, tmp_path) -> None:
    talk = conversations.begin(user=sam, other_id=tess.pk)
    path = f"/messages/{talk.pk}/"
    ours, theirs = sits(sam, path), sits(tess, path)
    errors: list[str] = []
    for page in (ours, theirs):
        page.on("pageerror", lambda error: errors.append(str(error)))
    expect(ours.locator("[data-presence]")).to_have_text("Here now")

    ours.locator("#id_body").press_sequentially("Page 12?")
    expect(theirs.locator("[data-status]")).to_have_text("Sam is writing …")
    ours.get_by_role("button", name="Send", exact=True).click()
    expect(last(theirs)).to_contain_text("Page 12?")
    expect(last(ours)).to_contain_text("You")
    expect(ours.locator("#id_body")).to_have_value("")
    expect(ours.get_by_text("Nothing was written yet.")).to_have_count(0)
    # They look at it: their page read it, and ours says so; theirs does not.
    expect(ours.locator("[data-read]")).to_have_text("Read")
    expect(theirs.locator("[data-read]")).to_have_text("")

    sheet = tmp_path / "sheet.txt"
    sheet.write_text("1 + 1")
    theirs.locator("#id_files").set_input_files(sheet)
    theirs.get_by_role("button", name="Send", exact=True).click()
    expect(last(ours).get_by_role("link", name="sheet.txt")).to_be_visible()
    expect(ours.locator("[data-read]")).to_have_text("")

    # Without a line the words stay in their field, and go once it is back; that one writes, which
    # is told every few seconds, cannot be told then.
    ours.evaluate("document.querySelector('tm-thread').told = 0")
    ours.context.set_offline(True)
    ours.fill("#id_body", "From the train")
    ours.get_by_role("button", name="Send", exact=True).click()
    expect(ours.locator("[data-status]")).to_contain_text("Not sent")
    say(tess, talk, "Are you there?")
    ours.context.set_offline(False)
    expect(last(ours)).to_contain_text("Are you there?")
    expect(ours.locator("[data-status]")).to_contain_text("Not sent")
    ours.get_by_role("button", name="Send", exact=True).click()
    expect(last(ours)).to_contain_text("From the train")
    expect(ours.locator("[data-status]")).to_be_empty()
    words = ours.locator("[data-messages] .measure").all_inner_texts()
    assert words == ["Page 12?", "Are you there?", "From the train"]
    expect(last(theirs)).to_contain_text("From the train")

    # What is taken away by the staff goes from the open page too.
    first = Message.objects.get(seq=1)
    row = moderation.report(user=tess, message_id=first.pk, reason="x")
    moderation.decide(row=row, actor=User.objects.get(pk=tess.pk), uphold=True)
    expect(ours.get_by_text("This message was removed.")).to_be_visible()

    # What is refused is said on the page, with the words still in it.
    conversations.block(user=tess, other_id=sam.pk)
    ours.fill("#id_body", "Hello?")
    ours.get_by_role("button", name="Send", exact=True).click()
    expect(ours.locator("#id_body")).to_have_value("Hello?")
    expect(ours.get_by_role("alert").first).to_be_visible()
    until(lambda: Message.objects.count() == 4)
    assert errors == []


@pytest.fixture
def shown(sits, sam, tess, course) -> Iterator[tuple[Page, Any]]:
    """A conversation Sam looks at; no script of the page may fail without saying so."""
    talk = conversations.begin(user=sam, other_id=tess.pk)
    errors: list[str] = []
    page = sits(sam, f"/messages/{talk.pk}/")
    page.on("pageerror", lambda error: errors.append(str(error)))
    expect(page.locator("[data-presence]")).to_have_text("")
    yield page, talk
    assert errors == []


def write(page: Page, text: str) -> None:
    page.fill("#id_body", text)
    page.get_by_role("button", name="Send", exact=True).click()


def test_an_answer_that_was_lost_doubles_nothing(shown: tuple[Page, Any]) -> None:
    page, talk = shown

    def answered(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route(f"**/messages/{talk.pk}/", answered)
    write(page, "Page 12?")
    expect(page.locator("[data-status]")).to_contain_text("Not sent")
    until(lambda: Message.objects.count() == 1)
    page.unroute(f"**/messages/{talk.pk}/")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#id_body")).to_have_value("")
    # The next words are a message again, though they are the same.
    write(page, "Page 12?")
    expect(page.locator("[data-messages] > *")).to_have_count(2)
    assert Message.objects.count() == 2


def test_what_was_said_while_the_line_was_down_comes_by_itself(
    shown: tuple[Page, Any], tess: User
) -> None:
    page, talk = shown
    is_down = [True]
    asked: list[str] = []

    def flaky(route: Route) -> None:
        asked.append(route.request.url)
        if is_down[0]:
            route.abort()
        else:
            route.continue_()

    page.route("**/messages/*/?after=*", flaky)
    write(page, "Page 12?")
    expect(page.locator("#id_body")).to_have_value("")
    say(tess, talk, "Are you there?")
    until(lambda: page.evaluate("1") and len(asked) > 1)
    expect(page.locator("[data-messages] > *")).to_have_count(0)
    # It was sent: only the reading of it failed, and of that nothing is said.
    assert "Not sent" not in page.locator("[data-status]").inner_text()
    is_down[0] = False
    expect(page.locator("[data-messages] .measure")).to_have_text(["Page 12?", "Are you there?"])


def numbers(page: Page) -> list[int]:
    rows = page.locator("[data-messages] > [data-seq]")
    return [int(seq) for seq in rows.evaluate_all("rows => rows.map((row) => row.dataset.seq)")]


def test_however_many_were_missed_none_is_left_out(
    shown: tuple[Page, Any], sam: User, tess: User
) -> None:
    page, talk = shown
    page.context.set_offline(True)
    for number in range(1, 131):
        say(tess, talk, f"Line {number}")
    page.context.set_offline(False)
    page.evaluate("document.querySelector('tm-thread').pull()")
    until(lambda: numbers(page) == list(range(1, 131)))
    # Everything is read again where a message goes or a stream lost its place; what stood above
    # stays, since the way to earlier ones begins there.
    first = Message.objects.get(conversation=talk.pk, seq=1)
    row = moderation.report(user=sam, message_id=first.pk, reason="x")
    moderation.decide(row=row, actor=tess, uphold=True)
    expect(page.get_by_text("This message was removed.")).to_have_count(1)
    assert numbers(page) == list(range(1, 131))


def test_a_page_of_earlier_messages_takes_no_news(shown: tuple[Page, Any], tess: User) -> None:
    page, talk = shown
    for number in range(1, 61):
        say(tess, talk, f"Line {number}")
    page.reload()
    page.get_by_role("link", name="Earlier messages").click()
    assert numbers(page) == list(range(1, 11))
    say(tess, talk, "And now?")
    write(page, "Page 12?")
    until(lambda: numbers(page) == list(range(13, 63)))
    page.get_by_role("link", name="Earlier messages").click()
    page.get_by_role("link", name="Newest messages").click()
    assert numbers(page)[-1] == 62
