"""One notion of an admin: staff without a second factor, and an admin's personal token, reach
what a student reaches."""

import ast
from collections.abc import Iterator
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.origin import Origin
from accounts.services import personal_tokens
from booking.models import Booking
from payments.models import Order
from tests.house.sources import name_of, python, tree
from tests.payments.conftest import bare_order
from tutorme.core import access

ORDERS = "/api/v1/payments/orders/"
# Who may read the bare column: where it is kept and given, and where it takes or tells something.
KEEPERS = {
    "accounts/models/users.py",
    "accounts/querysets.py",
    "accounts/admin/people.py",
    "accounts/admin/people_filters.py",
    "accounts/admin_door.py",
    "accounts/api/people.py",
    "accounts/services/erasure.py",
    "accounts/services/merging.py",
    "accounts/services/desks.py",
    "accounts/backends.py",
    "accounts/services/roles.py",
    # The team earns no points, and is offered what concerns a team.
    "courses/services/points.py",
    "realtime/services/preferences.py",
    "realtime/staff_news.py",
    "realtime/views/preferences.py",
    "realtime/api/preferences.py",
    # The way to the door, behind which they are asked to set one up.
    "tutorme/web/navigation.py",
}
REACH = ("visible_to", "taught_by", "editable_by")


def readers_of_the_column(module: ast.Module) -> Iterator[int]:
    """Read from a person, by name, or asked of the table."""
    for node in ast.walk(module):
        match node:
            case (
                ast.Attribute(attr="is_staff")
                | ast.Constant(value="is_staff")
                | ast.keyword(arg="is_staff", value=ast.Constant())
            ):
                yield node.lineno
            case _:
                pass


def walls() -> list[tuple[str, str]]:
    return [
        (model._meta.label, name)
        for model in apps.get_models()
        for name in REACH
        if hasattr(getattr(model, "objects", None), name)
    ]


def reach_of(label: str, name: str, user: User) -> str:
    rows: QuerySet = getattr(apps.get_model(label).objects, name)(user)
    try:
        return str(rows.query)
    except EmptyResultSet:
        return "nothing"


def test_nobody_else_asks_for_the_bare_column() -> None:
    found = {name_of(path) for path in python() if list(readers_of_the_column(tree(path)))}
    assert found - KEEPERS - {"bench/matching.py", "bench/boards.py"} == set()


@pytest.mark.parametrize(
    "line", ["user.is_staff", 'getattr(user, "is_staff", False)', "rows.filter(is_staff=True)"]
)
def test_the_control_somebody_asking_is_found(line: str) -> None:
    assert list(readers_of_the_column(ast.parse(line)))


# Who may make somebody an admin, and by what: an approved proposal, or whoever sets up the site.
GIVERS = {
    "appoint_admin": {"accounts/services/admin_proposals.py", "tutorme/web/demo/seeding.py"},
    "is_superuser=True": {"accounts/services/roles.py"},
}


def gifts(module: ast.Module) -> Iterator[str]:
    """Calls of the giver, and the column written by any way but a plain False; a condition of a
    query gives nothing."""
    for node in ast.walk(module):
        match node:
            case ast.Call(func=ast.Attribute(attr="appoint_admin")):
                yield "appoint_admin"
            case ast.Call(func=ast.Name(id="Q")):
                pass
            case ast.Call(func=ast.Attribute(attr="update" | "create" | "save") | ast.Name()):
                if any(word.arg == "is_superuser" for word in node.keywords):
                    yield "is_superuser=True"
            case ast.Assign(targets=targets, value=value):
                named = {getattr(each, "attr", "") for each in targets}
                if "is_superuser" in named and getattr(value, "value", None) is not False:
                    yield "is_superuser=True"
            case _:
                pass


def test_nobody_else_makes_an_admin() -> None:
    found = {(gift, name_of(path)) for path in python() for gift in gifts(tree(path))}
    assert found == {(gift, name) for gift, names in GIVERS.items() for name in names}


@pytest.mark.parametrize(
    "line",
    [
        "roles.appoint_admin(user=user)",
        "User(is_superuser=True)",
        "rows.update(is_superuser=True)",
        'user.is_staff = user.is_superuser = "admin" in roles',
    ],
)
def test_the_control_making_one_is_found(line: str) -> None:
    assert list(gifts(ast.parse(line)))
    assert not list(gifts(ast.parse("user.is_superuser = False")))


@pytest.fixture
def guarded(settings) -> None:
    settings.ADMIN_SECOND_FACTOR = True


def plain(user: User) -> User:
    """The same person, were they a student."""
    return User(pk=user.pk, email=user.email, is_staff=False)


@pytest.mark.django_db
def test_staff_without_a_second_factor_reaches_what_a_student_does(ada: User, guarded) -> None:
    assert [wall for wall in walls() if reach_of(*wall, ada) != reach_of(*wall, plain(ada))] == []


@pytest.mark.django_db
def test_the_control_with_one_they_reach_more(ada: User, guarded) -> None:
    Authenticator.objects.create(user=ada, type="totp", data={"secret": "x"})
    wider = {wall for wall in walls() if reach_of(*wall, ada) != reach_of(*wall, plain(ada))}
    assert {("payments.Order", "visible_to"), ("booking.Booking", "visible_to")} <= wider
    assert len(wider) >= 20


@pytest.mark.django_db
def test_over_the_api_too(api, ada: User, sam: User, guarded) -> None:
    order = bare_order(sam, state=Order.State.CAPTURED)
    assert api(ada).get(ORDERS).json()["results"] == []
    assert api(ada).get(f"{ORDERS}{order.pk}/").status_code == 404
    Authenticator.objects.create(user=ada, type="webauthn", data={})
    assert api(ada).get(f"{ORDERS}{order.pk}/").status_code == 200


@pytest.mark.django_db
def test_a_personal_token_of_an_admin_reaches_their_own_alone(api, ada: User, sam: User) -> None:
    order = bare_order(sam, state=Order.State.CAPTURED)
    made = personal_tokens.make(
        user=ada,
        name="script",
        scopes=["payments:read"],
        expires_at=timezone.now() + timedelta(days=1),
        origin=Origin(),
    )
    script = api(None)
    script.credentials(HTTP_AUTHORIZATION=f"Bearer {made.secret}")
    assert script.get(ORDERS).json()["results"] == []
    assert script.get(f"{ORDERS}{order.pk}/").status_code == 404
    # The control: signed in, the same person reads it.
    assert api(ada).get(f"{ORDERS}{order.pk}/").status_code == 200


@pytest.mark.django_db
def test_who_is_told_is_who_is_an_admin(ada: User, sam: User, guarded) -> None:
    assert list(User.objects.admins()) == []
    Authenticator.objects.create(user=ada, type="recovery_codes", data={})
    assert list(User.objects.admins()) == []
    Authenticator.objects.create(user=ada, type="totp", data={"secret": "x"})
    assert list(User.objects.admins()) == [ada]
    assert ada.is_admin
    assert access.Actor.ADMIN in access.actors_of(ada)
    assert not Booking.objects.visible_to(sam).exists()
