"""What cannot be decided is refused: where a permission check breaks, nobody gets through, and what
is told of it is the request's id."""

from typing import Any

import pytest
from django.conf import settings as site_settings
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from tests import cast
from tests.house.test_permissions import concrete
from tests.house.test_registers import api_views

pytestmark = pytest.mark.django_db
ROLES = {"is_tutor", "is_admin", "is_staff", "is_superuser", "is_at_desk", "has_perm"}
PROBLEM = {"type", "title", "status", "detail", "code", "instance"}
# Of roles that Ada has: she teaches, and runs the site.
PAGES = [
    *("/teach/", "/teach/reports/", "/admin/", "/admin/payments/order/", "/admin/reports/"),
    *("/admin/accounts/user/", "/admin/health/"),
]


class Unreadable:
    """A person whose roles cannot be read; all else can."""

    def __init__(self, user: User) -> None:
        self._user = user

    def __getattr__(self, name: str) -> Any:
        if name in ROLES:
            raise RuntimeError(f"the secret reason why {name} is not known")
        return getattr(self._user, name)


def unreadable(get_response: Any) -> Any:
    """A middleware: who is signed in becomes somebody whose roles cannot be read."""

    def ask(request: Any) -> Any:
        if request.user.is_authenticated:
            request.user = Unreadable(request.user)
        return get_response(request)

    return ask


@pytest.fixture
def ada(db: None) -> User:
    return cast.tutor("Ada", is_staff=True, is_superuser=True)


def calls() -> list[tuple[str, str]]:
    """Those with a signature of their own ask for no roles."""
    return [
        (concrete(path), method)
        for path, cls, actions in api_views()
        if getattr(cls, "authentication_classes", None) != ()
        for method in actions
    ]


def test_no_call_is_granted_where_the_roles_cannot_be_read(ada: User) -> None:
    client = APIClient()
    client.force_authenticate(Unreadable(ada))  # type: ignore[arg-type]
    assert len(calls()) > 200
    for path, method in calls():
        answer = getattr(client, method)(path, {}, format="json")
        assert answer.status_code == 500, (method, path)
        assert b"secret reason" not in answer.content
        if method == "head":
            continue
        told = answer.json()
        assert (set(told), told["code"]) == (PROBLEM, "internal-error")
        assert told["instance"] == answer["X-Request-Id"]


def test_control_the_same_calls_are_granted_where_they_can(ada: User) -> None:
    client = APIClient()
    client.force_authenticate(ada)
    for path in ("/api/v1/users/", "/api/v1/me/profile/", "/api/v1/courses/"):
        assert client.get(path).status_code == 200, path


def broken(settings: Any) -> Client:
    before = "django.contrib.auth.middleware.AuthenticationMiddleware"
    at = site_settings.MIDDLEWARE.index(before) + 1
    rest = site_settings.MIDDLEWARE
    settings.MIDDLEWARE = [*rest[:at], f"{__name__}.unreadable", *rest[at:]]
    return Client(raise_request_exception=False)


def test_no_page_is_shown_where_the_roles_cannot_be_read(ada: User, settings) -> None:
    client = broken(settings)
    client.force_login(ada)
    for path in PAGES:
        answer = client.get(path)
        assert answer.status_code == 500, path
        assert b"secret reason" not in answer.content
        assert answer["X-Request-Id"].encode() in answer.content


def test_control_the_same_pages_are_shown_where_they_can(ada: User) -> None:
    client = Client()
    client.force_login(ada)
    assert {path: client.get(path).status_code for path in PAGES} == dict.fromkeys(PAGES, 200)
