"""What no answer carries: every reading address of the API, every page that links lead to and the
pages of the admin, asked by everybody, and searched for what is somebody else's."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.contrib import admin
from django.db.models import Model, UUIDField
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import tokens
from accounts.models import MailedCode, PendingRegistration, TutorPrivate, User
from accounts.origin import Origin
from accounts.services import personal_tokens, recovery, tutor_papers
from booking.models import CalendarConnection, CalendarFeed
from courses.models import Lesson, LessonNote
from payments.models import BillingDetails, Dispute, Order, PayoutBatch, Refund
from payments.services import sending
from realtime.models import MailDelivery
from tests.accounts.conftest import second_factor, subjects  # noqa: F401  fixtures
from tests.accounts.test_papers import paper
from tests.house import canaries
from tests.house.canaries import Canary
from tests.house.test_permissions import NOBODYS, concrete
from tests.house.test_registers import api_views
from tests.payments.conftest import bare_order
from tests.sandbox_server import Sandbox
from tutorme.core.models import InboxMessage
from tutorme.web.demo.seeding import seed
from tutorme.web.demo.subscribing import subscribe_the_demo
from webhooks.services import endpoints

ROWS = 3
PAGES = 80
# Not followed: ends the session, is no text, or never ends.
_NOT_FOLLOWED = re.compile(r"logout|/static/|/files/|/stream/|/media/|/api/|/admin/|/problems/.")
_LINK = re.compile(r'(?:href|src|hx-get)="(/[^"#]*)')
PLACES = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9]+|\?.*")
_PARAMETER = re.compile(r"<uuid:(\w+)>")
# What a word of an address stands for, where it is not the name of the table.
_MEANS = {
    "questions": "courses.Thread",
    "bank": "courses.BankItem",
    "uploads": "core.StoredFile",
    "webhook-events": "core.InboxMessage",
    "tutors": "accounts.User",
    "favorites": "courses.Course",
    "webhooks": "webhooks.Endpoint",
    "export": "core.Job",
    "jobs": "core.Job",
}


def test_what_sounds_private_is_listed() -> None:
    assert canaries.unlisted() == []


@pytest.fixture
def world(
    subjects: Any,  # noqa: F811
    media: Path,
    sandbox: Sandbox,
    second_factor: Callable[[User], Any],  # noqa: F811
    drain: Callable[[], None],
) -> dict[str, User]:
    """The demo, and beside it everything private a person can have."""
    seed()
    subscribe_the_demo()
    for batch in PayoutBatch.objects.filter(state="approved"):
        sending.submit(batch.pk)
    people = {user.username: user for user in User.objects.all()}
    for user in people.values():
        User.objects.filter(pk=user.pk).update(email=f"canary-{user.username}@private.test")
        user.refresh_from_db()
    otto, tess = people["otto"], people["tess"]
    _ways_in(otto, second_factor)
    _papers(tess)
    _money(otto)
    _words(otto)
    _calendars(otto)
    _webhooks(otto)
    drain()
    return {name: people[name] for name in ("sam", "otto", "tess", "orla", "ada")}


def _ways_in(otto: User, on: Callable[[User], Any]) -> None:
    on(otto)
    tokens.open_session(otto, device="d" * 64)
    personal_tokens.make(
        user=otto,
        name="x",
        scopes=["profile:read"],
        expires_at=timezone.now() + timedelta(days=1),
        origin=Origin(),
    )
    SocialAccount.objects.create(user=otto, provider="google", uid="uid-of-otto")
    recovery.begin(email=otto.email, source="x")
    asked = MailedCode.objects.create(
        purpose=MailedCode.Purpose.REGISTER,
        email="canary-new@private.test",
        expires_at=timezone.now(),
    )
    PendingRegistration.objects.create(code=asked, display_name="New", username="newcomer")


def _papers(tess: User) -> None:
    # In the demo a legal name is often the one everybody sees.
    for n, row in enumerate(TutorPrivate.objects.order_by("pk")):
        row.legal_name, row.phone = f"Canary Legal {n:03}", f"+33 61234{n:04}"
        row.save()
    tutor_papers.upload(user=tess, title="Canary diploma of Tess", upload=paper())


def _money(otto: User) -> None:
    order = bare_order(otto, state=Order.State.CAPTURED)
    refund = {"amount_minor": 100, "origin": Refund.Origin.ADMIN, "note": "canary of a refund"}
    Refund.objects.create(order=order, **refund)
    asked = {"amount_minor": 100, "currency": "EUR", "status": "OPEN", "reason": "OTHER"}
    Dispute.objects.create(provider_dispute_id="PP-D-canary", order=order, **asked)
    paper = {"name": "Otto Canary GmbH", "address": "Canary street 7", "tax_number": "DE-CANARY"}
    BillingDetails.objects.create(user=otto, country="DE", **paper)


def _words(otto: User) -> None:
    lesson = Lesson.objects.order_by("pk")[0]
    LessonNote.objects.create(user=otto, lesson=lesson, body="canary note of Otto")
    body = b'{"payer": {"email_address": "canary-payer@private.test"}}'
    InboxMessage.objects.create(
        provider="paypal", delivery_id="canary", kind="X", body=body, body_sha256="0" * 64
    )
    MailDelivery.objects.create(
        user=otto, kind="x", url="/canary-link/", dedupe_key="x", to_address=otto.email
    )


def _calendars(otto: User) -> None:
    facts = {"account": "canary-calendar@private.test", "access_until": timezone.now()}
    CalendarConnection.objects.create(user=otto, provider="google", state="broken", **facts)
    CalendarFeed.objects.create(user=otto, digest="c" * 64, token="canary-of-the-feed")


def _webhooks(otto: User) -> None:
    made = endpoints.make(
        whose=endpoints.For(owner_id=otto.pk),
        actor_id=otto.pk,
        url="https://canary-of-otto.example/hook",
        types=["payment.captured"],
    )
    endpoints.rotate(row=made.row, actor_id=otto.pk)


def addresses() -> Iterator[str]:
    """Every reading address, with the ids of real rows in the place of its parameters."""
    for path, cls, actions in api_views():
        if "get" in actions and "stream" not in path:
            yield from _filled([path], cls)


def _filled(paths: list[str], cls: type) -> list[str]:
    found = []
    for path in paths:
        hole = _PARAMETER.search(path)
        if hole is None:
            found.append(concrete(path))
            continue
        ids = [str(pk) for pk in _ids(path[: hole.start()], cls)] or [str(NOBODYS)]
        found += _filled([path[: hole.start()] + pk + path[hole.end() :] for pk in ids], cls)
    return found


def _ids(before: str, cls: type) -> list[Any]:
    """Of the table the word before the parameter names; else of every table of the view's app."""
    word = before.rstrip("/").rpartition("/")[2]
    label = cls.__module__.partition(".")[0]
    label = "core" if label == "tutorme" else label
    if word in _MEANS:
        return _first_of(apps.get_model(_MEANS[word]))
    named = word.rstrip("s").replace("-", "")
    own = [model for model in apps.get_app_config(label).get_models() if _has_uuid(model)]
    meant = [model for model in own if model._meta.model_name == named]
    most = ROWS if meant else 1
    return [pk for model in meant or own for pk in _first_of(model)[:most]]


def _has_uuid(model: type[Model]) -> bool:
    return isinstance(model._meta.pk, UUIDField)


def _first_of(model: type[Model]) -> list[Any]:
    rows = model._default_manager.order_by("-pk").values_list("pk", flat=True)
    return list(rows[:ROWS])


def text_of(answer: Any) -> str:
    """What was sent, read to its end."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(body.decode("utf-8", "replace"))


def sung(text: str, birds: list[Canary], user: User | None) -> set[str]:
    mine = (bird for bird in birds if bird.text in text and not bird.is_for(user))
    return {where for bird in mine for where in bird.where}


def heard(answer: Any, birds: list[Canary], user: User | None) -> set[str]:
    broken = {f"answered {answer.status_code}"} if answer.status_code >= 500 else set()
    return sung(text_of(answer), birds, user) | broken


def crawl(browser: Client, begin: list[str], most: int = PAGES) -> Iterator[tuple[str, str]]:
    """Every page that links lead to from where it begins; of addresses alike, a few."""
    waiting, seen, alike = list(begin), set(begin), dict[str, int]()
    while waiting and most:
        path = waiting.pop(0)
        answer = browser.get(path, follow=True)
        most -= 1
        if not answer["Content-Type"].startswith("text/html"):
            text_of(answer)
            continue
        text = text_of(answer)
        yield path, text
        for link in _LINK.findall(text):
            link = link.replace("&amp;", "&")
            kind = PLACES.sub("*", link)
            if link in seen or _NOT_FOLLOWED.search(link) or alike.get(kind, 0) >= 4:
                continue
            seen.add(link)
            alike[kind] = alike.get(kind, 0) + 1
            waiting.append(link)


Finds = set[tuple[str, str, str]]


def walk_the_api(api: Any, birds: list[Canary], people: dict[str, User | None]) -> Finds:
    found: Finds = set()
    read, paths = set(), list(addresses())
    for name, user in people.items():
        client = api(user)
        now = birds + canaries.of_sign_ins()
        for path in paths:
            answer = client.get(path)
            read |= {path} if answer.status_code == 200 else set()
            found |= {(name, path, where) for where in heard(answer, now, user)}
    assert len(read) > len(paths) / 3, "the walk was refused almost everywhere"
    return found


def walk_the_pages(birds: list[Canary], people: dict[str, User | None]) -> Finds:
    found: Finds = set()
    for name, user in people.items():
        browser, pages = browser_of(user), 0
        for path, text in crawl(browser, ["/", "/today/", "/settings/", "/teach/", "/tutors/"]):
            pages += 1
            found |= {(name, path, where) for where in sung(text, birds, user)}
        assert pages > 12, name
    return found


def walk_the_admin(birds: list[Canary], ada: User) -> Finds:
    """An admin sees whose account it is, never what opens it."""
    browser, found, pages = browser_of(ada), set(), 0
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        rows = [reverse(f"{name}_change", args=[pk]) for pk in _first_of(model)]
        for path in (reverse(f"{name}_changelist"), *rows):
            answer = browser.get(path)
            pages += answer.status_code == 200
            found |= {("ada", path, where) for where in heard(answer, birds, ada)}
    assert pages > len(admin.site._registry)
    return found


def browser_of(user: User | None) -> Client:
    browser = Client(raise_request_exception=False)
    if user is not None:
        browser.force_login(user)
    return browser


def told(found: Finds) -> str:
    """One address for each kind of find."""
    kinds: dict[tuple[str, str], list[str]] = {}
    for name, path, where in sorted(found):
        kinds.setdefault((where, PLACES.sub("*", path)), []).append(f"{name} {path}")
    return "\n".join(
        f"{where}: {len(at)} times, as for {at[0]}" for (where, _), at in kinds.items()
    )


@pytest.mark.slow
@pytest.mark.django_db
def test_nobody_is_told_what_is_somebody_elses(api, world) -> None:
    birds = canaries.plant()
    assert canaries.unplanted(birds) == set(), "nothing to look for"
    people = {"visitor": None, **world}
    # The control: what is somebody's own is found by the same search, and counts for all others.
    text = text_of(api(world["otto"]).get("/api/v1/auth/session/"))
    assert sung(text, birds, world["otto"]) == set()
    assert sung(text, birds, world["sam"]) & sung(text, birds, None)

    found = walk_the_api(api, birds, people) | walk_the_pages(birds, people)
    found |= walk_the_admin(birds, world["ada"])
    assert not found, told(found)
