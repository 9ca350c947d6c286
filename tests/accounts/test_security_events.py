"""Who came in, who did not and who was refused is one line each; a right given or taken is one
entry of the audit trail."""

import ast
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.services import admin_proposals, users
from accounts.services import desks as seats
from tests import cast
from tests.accounts.test_headless import APP
from tests.accounts.test_second_factor import STEP, TOKEN, shown, ticket
from tests.house.sources import name_of, python, tree
from tutorme.core.models import AuditEntry

pytestmark = pytest.mark.django_db
LOGIN = "/account/login/"
Events = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def events(log_lines) -> Events:
    def found() -> list[dict[str, Any]]:
        told = [json.loads(line) for line in log_lines()]
        return [each for each in told if each["event"].startswith("security.")]

    return found


def by_page(email: str, password: str) -> Any:
    return Client().post(LOGIN, {"login": email, "password": password})


def by_api(email: str, password: str) -> Any:
    return Client().post(TOKEN, {"email": email, "password": password}, "application/json")


def by_app(email: str, password: str) -> Any:
    body = {"email": email, "password": password}
    return Client().post(f"{APP}/auth/login", body, "application/json")


DOORS = {"page": by_page, "api": by_api, "headless": by_app}


@pytest.mark.parametrize("door", DOORS)
def test_coming_in_is_one_event(events: Events, sam: User, door: str) -> None:
    assert DOORS[door](sam.email, cast.PASSWORD).status_code in {200, 302}
    (told,) = events()
    assert (told["event"], told["user_id"]) == ("security.signed_in", str(sam.pk))
    assert told["address"] == "127.0.0.1"
    assert told["by"]


@pytest.mark.parametrize("door", DOORS)
def test_a_wrong_password_is_one_event(events: Events, sam: User, door: str) -> None:
    DOORS[door](sam.email.upper(), "a-guess-of-somebody")
    (told,) = events()
    assert (told["event"], told["by"]) == ("security.sign_in_failed", "password")
    assert (told["user_id"], told["level"]) == (str(sam.pk), "warning")
    assert "a-guess" not in str(told)


@pytest.mark.parametrize("door", DOORS)
def test_so_is_a_name_that_nobody_has_and_it_is_not_written(events: Events, door: str) -> None:
    DOORS[door]("my-password@by-mistake.test", "x" * 12)
    (told,) = events()
    assert (told["event"], "user_id" in told) == ("security.sign_in_failed", False)
    assert "by-mistake" not in str(told)


@pytest.mark.parametrize("door", DOORS)
def test_and_one_try_too_many(events: Events, sam: User, door: str) -> None:
    for _ in range(6):
        DOORS[door](sam.email, "a-guess-of-somebody")
    assert [told["by"] for told in events()] == ["password"] * 5 + ["too-many-tries"]


def test_with_a_second_factor_only_the_last_step_comes_in(
    api, events: Events, sam: User, second_factor
) -> None:
    secret, _codes = second_factor(sam)
    asked = ticket(api(None), sam)["ticket"]
    assert events() == []
    api(None).post(STEP, {"ticket": asked, "code": "000000"}, format="json")
    api(None).post(STEP, {"ticket": asked, "code": shown(secret)}, format="json")
    failed, came = events()
    assert (failed["event"], failed["by"]) == ("security.sign_in_failed", "second-factor")
    assert (came["event"], came["by"]) == ("security.signed_in", "password+code")
    assert failed["user_id"] == came["user_id"] == str(sam.pk)


def test_a_passkey_that_does_not_hold_is_one_event(client, events: Events) -> None:
    client.get("/account/login/passkey/")
    client.post("/account/login/passkey/", {"credential": '["none"]'})
    (told,) = events()
    assert (told["event"], told["by"]) == ("security.sign_in_failed", "passkey")


@pytest.mark.parametrize(
    ("path", "method"),
    [("/api/v1/users/", "get"), ("/api/v1/users/admin-proposals/", "get")],
)
def test_a_call_that_is_not_allowed_is_one_event(
    api, events: Events, sam: User, path: str, method: str
) -> None:
    answer = getattr(api(sam), method)(path)
    assert answer.status_code == 403
    (told,) = events()
    assert (told["event"], told["path"]) == ("security.denied", path)
    assert (told["user_id"], told["method"]) == (str(sam.pk), method.upper())


def test_a_page_that_is_not_allowed_is_one_event(client, events: Events) -> None:
    clerk = cast.person("Clerk", is_staff=True)
    client.force_login(clerk)
    assert client.get("/admin/payments/order/").status_code == 403
    (told,) = events()
    assert (told["event"], told["user_id"]) == ("security.denied", str(clerk.pk))


def test_a_form_from_elsewhere_is_one_event(events: Events) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(LOGIN, {"login": "x", "password": "y"}).status_code == 403
    (told,) = events()
    assert (told["event"], told["path"], "user_id" in told) == ("security.denied", LOGIN, False)


def test_what_is_allowed_is_no_event(api, events: Events, sam: User) -> None:
    assert api(sam).get("/api/v1/me/profile/").status_code == 200
    assert api(sam).get("/api/v1/nope/").status_code == 404
    assert events() == []


def entries() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def test_suspending_and_restoring_are_one_entry_each(sam: User, ada: User) -> None:
    for active in (False, False, True, True):
        users.set_active(user=sam, active=active, actor_id=ada.pk, reason="spam")
    assert entries() == ["user.suspended", "user.restored"]


def test_a_desk_is_one_entry(sam: User, ada: User) -> None:
    seats.seat(user=sam, desks={"support"}, actor=ada, reason="From June on")
    assert entries() == ["user.seated"]
    (entry,) = AuditEntry.objects.all()
    assert (entry.actor_id, entry.after) == (ada.pk, {"desks": ["support"]})


def test_an_admin_is_one_entry_of_each_step(sam: User, ada: User) -> None:
    bea = cast.person("Bea", is_staff=True, is_superuser=True)
    row = admin_proposals.propose(actor=ada, user=sam, reason="Knows the place")
    admin_proposals.approve(proposal_id=row.pk, actor=bea, reason="I met her")
    assert entries() == ["admin.proposed", "admin.proposal_approved", "user.became_admin"]


RIGHTS = {"is_staff", "is_superuser", "is_active"}


def unrecorded(module: ast.Module) -> Iterator[str]:
    """Functions that give or take a right and write no entry."""
    for function in ast.walk(module):
        if not isinstance(function, ast.FunctionDef):
            continue
        calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
        changes = any(
            getattr(call.func, "attr", "") == "update"
            and RIGHTS & {keyword.arg for keyword in call.keywords}
            for call in calls
        )
        if changes and not any(ast.unparse(call.func) == "audit.record" for call in calls):
            yield function.name


def test_no_right_changes_without_an_entry() -> None:
    found = {f"{name_of(path)}:{name}" for path in python() for name in unrecorded(tree(path))}
    assert found == set()


def test_the_control_a_planted_change_is_found() -> None:
    planted = "def grant(user):\n  User.objects.filter(pk=user.pk).update(is_staff=True)"
    assert list(unrecorded(ast.parse(planted))) == ["grant"]
