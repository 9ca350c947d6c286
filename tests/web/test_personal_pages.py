"""What somebody is shown while signed in stays in no cache."""

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.middleware import PersonalMiddleware
from accounts.models import User

pytestmark = pytest.mark.django_db
PAGES = (
    "/",
    "/today/",
    "/courses/",
    "/orders/",
    "/settings/security/",
    "/notifications/",
    "/nowhere/",
)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_of_somebody_signed_in_is_not_kept(client: Client, sam: User, path: str) -> None:
    client.force_login(sam)
    shown = client.get(path)
    assert shown["Cache-Control"] in {
        "private, no-store",
        "max-age=0, no-cache, no-store, must-revalidate, private",
    }
    assert "Cookie" in shown["Vary"]


@pytest.mark.parametrize("path", ["/", "/courses/"])
def test_the_control_a_visitors_may_be(client: Client, path: str) -> None:
    assert "no-store" not in client.get(path).get("Cache-Control", "")


@pytest.mark.parametrize(
    ("said", "kept"), [("", "private, no-store"), ("public, max-age=60", "public, max-age=60")]
)
def test_what_a_view_says_of_itself_stands(rf, sam: User, said: str, kept: str) -> None:
    request = rf.get("/")
    request.user, request.session = sam, Looked(accessed=True)
    shown = PersonalMiddleware(lambda _request: answer(said))(request)
    assert shown["Cache-Control"] == kept


def test_what_asked_nobody_who_they_are_is_nobodys(rf, sam: User) -> None:
    request = rf.get("/healthz/")
    request.user, request.session = sam, Looked(accessed=False)
    assert "Cache-Control" not in PersonalMiddleware(lambda _request: answer(""))(request)


class Looked:
    """A session, as far as whether it was read."""

    def __init__(self, *, accessed: bool) -> None:
        self.accessed = accessed


def answer(said: str) -> HttpResponse:
    return HttpResponse(headers={"Cache-Control": said} if said else {})
