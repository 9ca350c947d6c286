"""What somebody is shown while signed in stays in no cache."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.middleware import PersonalMiddleware
from accounts.models import User
from tests.house.test_permissions import concrete
from tests.house.test_registers import api_views

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


def reading() -> list[str]:
    return [
        concrete(path)
        for path, _cls, actions in api_views()
        if "get" in actions and "stream" not in path
    ]


# Lists that are everybody's; the browser asks each time whether they changed.
CATALOGUES = ("/api/v1/courses/", "/api/v1/tutors/", "/api/v1/lessons/")


def test_no_call_says_that_what_is_personal_may_be_kept(api, sam: User) -> None:
    """What may be is the same for everybody, and sets nobody's cookie."""
    shared = set()
    for path in reading():
        answer = api(sam).get(path)
        said = answer["Cache-Control"]
        if "public" in said:
            shared.add(path)
            assert (api(None).get(path).content, answer.status_code) == (answer.content, 200), path
            assert not answer.cookies, path
        else:
            asked_again = path.startswith(CATALOGUES) and said == "private, no-cache"
            assert said == "private, no-store" or asked_again, path
    assert len(shared) == 2


@pytest.mark.parametrize("path", ["/", "/courses/", "/account/login/", "/static/css/site.css"])
def test_what_a_proxy_may_keep_sets_no_cookie(client: Client, path: str) -> None:
    """Nothing else says how long: a proxy that guesses would hand one visitor's cookie to all."""
    answer = client.get(path)
    keepable = re.search(r"public|s-maxage|max-age=[1-9]", answer.get("Cache-Control", ""))
    assert not (keepable and answer.cookies)
    if answer.cookies:
        assert "Cookie" in answer["Vary"]


class Looked:
    """A session, as far as whether it was read."""

    def __init__(self, *, accessed: bool) -> None:
        self.accessed = accessed


def answer(said: str) -> HttpResponse:
    return HttpResponse(headers={"Cache-Control": said} if said else {})
