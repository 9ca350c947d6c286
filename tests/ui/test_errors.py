import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from tutorme import urls as site
from tutorme.core.errors import (
    Conflict,
    MalformedBody,
    NotAllowed,
    NotSignedIn,
    ProviderUnavailable,
    TooManyRequests,
)

RAISED = {
    "conflict": Conflict("Someone took the last place."),
    "signed-out": NotSignedIn(),
    "provider": ProviderUnavailable(),
    "too-many": TooManyRequests(),
    "garbled": MalformedBody(),
    "not-allowed": NotAllowed(),
    "database": OperationalError("gone"),
    "bug": ZeroDivisionError(),
}


def raises(request, name: str) -> HttpResponse:
    raise RAISED[name]


urlpatterns = [path("raise/<slug:name>/", raises), *site.urlpatterns]
handler404, handler500 = site.handler404, site.handler500
pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


def answer(name: str):
    response = Client(raise_request_exception=False).get(f"/raise/{name}/?a=1")
    return response.status_code, response.content.decode(), response


def test_a_services_error_is_a_page_with_its_words():
    status, page, _ = answer("conflict")
    assert status == 409
    assert "Someone took the last place." in page
    assert 'class="masthead"' in page


def test_signing_in_leads_back():
    status, _, response = answer("signed-out")
    assert status == 302
    assert response.headers["Location"] == "/account/login/?next=/raise/signed-out/%3Fa%3D1"


@pytest.mark.parametrize("name", ["provider", "database"])
def test_what_is_away_for_a_moment_can_be_tried_again(name):
    status, page, response = answer(name)
    assert status == 503
    assert int(response.headers["Retry-After"]) > 0
    assert 'href="/raise/' in page


def test_too_many_requests_has_its_page():
    assert answer("too-many")[0] == 429


def test_a_bug_has_a_page_with_the_request_id():
    status, page, response = answer("bug")
    assert status == 500
    assert response.headers["X-Request-Id"] in page


def test_the_pages_of_our_failures_ask_no_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert answer("bug")[0] == 500
        assert answer("database")[0] == 503
