import re

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from tutorme.core.errors import all_errors
from tutorme.web.navigation import Entry, navigation, resolve

pytestmark = pytest.mark.django_db

COURSE = {
    "title": "Linear equations",
    "slug": "linear-equations",
    "subject": "maths",
    "teacher": "Tess Moreau",
    "price": "$32.00",
    "lessons": 12,
}


def test_the_front_page_stands_without_courses():
    response = Client().get("/")
    assert response.status_code == 200
    assert "waiting for its first book" in response.content.decode()


def test_the_front_page_shows_courses_on_the_shelf():
    request = RequestFactory().get("/")
    page = render_to_string("web/landing.html", {"courses": [COURSE]}, request)
    assert 'href="/courses/linear-equations/"' in page
    assert "$32.00" in page
    assert "12 lessons" in page


def test_pages_keep_the_content_policy():
    policy = Client().get("/").headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_chosen_paper_stays(theme):
    client = Client()
    response = client.post("/theme/", {"theme": theme, "next": "/problems/"})
    assert (response.status_code, response.headers["Location"]) == (302, "/problems/")
    assert f'data-theme="{theme}"' in client.get("/").content.decode()


def test_the_device_decides_again():
    client = Client()
    client.post("/theme/", {"theme": "dark"})
    client.post("/theme/", {"theme": "device"})
    assert "data-theme" not in client.get("/").content.decode()


@pytest.mark.parametrize(
    "target", ["https://evil.test/", "//evil.test/", "javascript:alert(1)", ""]
)
def test_choosing_paper_leads_nowhere_else(target):
    assert Client().post("/theme/", {"theme": "dark", "next": target})["Location"] == "/"


def test_a_foreign_cookie_is_not_an_attribute():
    client = Client()
    client.cookies["theme"] = '"><script>'
    page = client.get("/").content.decode()
    assert "data-theme" not in page


@pytest.mark.parametrize("error", list(all_errors()), ids=lambda error: error.code)
def test_every_problem_has_its_page(error):
    response = Client().get(f"/problems/{error.code}/")
    assert response.status_code == 200
    assert error.code in response.content.decode()


def test_problems_are_listed_and_unknown_ones_are_not_found():
    assert "idempotency-in-flight" in Client().get("/problems/").content.decode()
    assert Client().get("/problems/no-such-thing/").status_code == 404


def test_a_missing_page_says_so_and_carries_the_request_id():
    response = Client().get("/nothing/", headers={"X-Request-Id": "asked-for-nothing"})
    assert response.status_code == 404
    page = response.content.decode()
    assert "This page is blank" in page
    assert "asked-for-nothing" in page


@pytest.mark.parametrize("status", [400, 403, 404, 429, 500, 503])
def test_error_pages_stand_without_anything_in_their_context(status):
    page = render_to_string(f"errors/{status}.html")
    assert "<h1>" in page
    assert "<h1></h1>" not in page


def test_maintenance_needs_nothing():
    assert "being wiped" in render_to_string("errors/maintenance.html")


def test_mail_has_two_forms():
    context = {"heading": "The course is open", "button_url": "https://t/", "button_text": "Begin"}
    page = render_to_string("email/base.html", context)
    text = render_to_string("email/base.txt", context)
    assert "The course is open" in page
    assert "Begin: https://t/" in text


def test_navigation_leaves_out_what_is_not_there():
    assert resolve(Entry(("no-such-page",), "Nowhere"), "/") is None
    link = resolve(Entry(("no-such-page", "account_login"), "Log in"), "/account/login/")
    assert link is not None
    assert link.current


def test_a_phone_reaches_everything_the_masthead_leads_to(client, sam):
    """There the masthead's links are hidden: each is in the bar or in the menu."""
    client.force_login(sam)
    page = client.get("/").content.decode()
    main = page.partition('class="masthead-nav"')[2].partition("</nav>")[0]
    menu = page.partition('class="menu-sheet"')[2].partition("<form")[0]
    bar = page.partition('class="tab-bar"')[2].partition("</nav>")[0]
    links = set(re.findall(r'href="([^"]+)"', main))
    assert "/teach/" in links
    assert links - set(re.findall(r'href="([^"]+)"', menu + bar)) == set()


def test_a_visitor_is_offered_the_doors_and_a_person_the_account(sam, ada):
    request = RequestFactory().get("/")
    visitor = navigation(request)
    assert [link.href for link in visitor["nav"].doors] == ["/account/login/", "/account/signup/"]
    assert visitor["nav"].account == ()
    request.user = sam
    assert "/admin/" not in [link.href for link in navigation(request)["nav"].account]
    request.user = ada
    assert "/admin/" in [link.href for link in navigation(request)["nav"].account]


@pytest.mark.parametrize("path", ["/account/login/", "/account/signup/", "/account/reset/"])
def test_account_pages_are_on_our_paper(path):
    response = Client().get(path)
    assert response.status_code == 200
    assert 'class="masthead"' in response.content.decode()


def test_a_persons_own_pages(sam):
    client = Client()
    client.force_login(sam)
    for path in ("/settings/profile/", "/settings/devices/", "/account/logout/"):
        assert 'class="masthead"' in client.get(path).content.decode()
