"""Permission per model: who sits at a desk gets the lists and the acts that desk names, and no
others, in every screen that is registered."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts import desks
from accounts.models import User
from accounts.services import desks as seats
from tests import cast
from tutorme.core.errors import NotAllowed
from tutorme.core.models import AuditEntry

pytestmark = pytest.mark.django_db
SCREENS = list(admin.site._registry.items())


def seated(desk: str) -> User:
    user = cast.person(desk.capitalize(), is_staff=True)
    user.groups.add(Group.objects.get_or_create(name=desk)[0])
    return user


def request_of(user: User) -> Any:
    request = RequestFactory().get("/admin/")
    request.user = User.objects.get(pk=user.pk)
    return request


def word(model: Any, kind: str) -> str:
    return f"{model._meta.app_label}.{kind}_{model._meta.model_name}"


def offered(screen: Any, request: Any) -> set[str]:
    return set(screen.get_actions(request)) - {"delete_selected"}


def declared(screen: Any) -> set[str]:
    return {one if isinstance(one, str) else one.__name__ for one in screen.actions or ()}


@pytest.mark.parametrize("desk", sorted(desks.DESKS))
def test_a_desk_has_what_it_names_and_nothing_else(client: Client, desk: str) -> None:
    named = desks.permissions([desk])
    user = seated(desk)
    request = request_of(user)
    client.force_login(user)
    for model, screen in SCREENS:
        sees, acts = word(model, "view") in named, word(model, "change") in named
        assert screen.has_view_permission(request) == (sees or acts), model
        assert offered(screen, request) == (declared(screen) if acts else set()), model
        if not sees:
            path = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
            assert client.get(path).status_code == 403, model
            for action in declared(screen):
                assert client.post(path, {"action": action}).status_code == 403, (model, action)
    assert client.get(reverse("admin-reports")).status_code == 404
    operates = desk == desks.OPERATIONS
    assert client.get(reverse("admin-health")).status_code == (200 if operates else 403)
    assert client.get(reverse("admin:index")).status_code == 200


def test_every_name_is_of_a_screen_or_what_stands_in_one() -> None:
    known = {
        f"{row.content_type.app_label}.{row.codename}"
        for row in Permission.objects.select_related("content_type")
    }
    everything = desks.permissions(desks.DESKS)
    assert everything - known == set()
    assert {apps.get_model(label) for desk in desks.DESKS.values() for label in desk}


def test_the_control_a_superuser_has_everything_and_no_desk_nothing(ada: User, sam: User) -> None:
    all_of_it, nothing = request_of(ada), request_of(sam)
    for model, screen in SCREENS:
        assert screen.has_view_permission(all_of_it), model
        assert not screen.has_view_permission(nothing), model
    assert sum(len(offered(screen, all_of_it)) for _model, screen in SCREENS) > 40


def test_to_see_is_not_to_act(client: Client, sam: User) -> None:
    """Finance sees what it may not touch: the books. Support sees orders and moves no money."""
    client.force_login(seated(desks.SUPPORT))
    path = reverse("admin:payments_order_changelist")
    assert client.get(path).status_code == 200
    client.post(path, {"action": "refund", "_selected_action": ["x"], "asked": "1"})
    suspend = {"action": "suspend", "_selected_action": [str(sam.pk)], "reason": "x"}
    client.post(
        reverse("admin:accounts_user_changelist"), {**suspend, "asked": "1", "counted": "1"}
    )
    sam.refresh_from_db()
    assert not sam.is_active, "what the desk names is done"


def test_who_sits_at_a_desk_is_no_admin_elsewhere(
    api, client: Client, ada: User, sam: User
) -> None:
    helper = seated(desks.SUPPORT)
    assert not helper.is_admin
    assert helper not in User.objects.admins()
    assert api(helper).get("/api/v1/payments/orders/").json()["results"] == []
    client.force_login(helper)
    suspend = {"action": "suspend", "_selected_action": [str(ada.pk)], "reason": "x"}
    client.post(
        reverse("admin:accounts_user_changelist"), {**suspend, "asked": "1", "counted": "1"}
    )
    ada.refresh_from_db()
    assert ada.is_active, "nobody suspends who is above them"


def test_a_superuser_seats_others_with_a_reason(client: Client, ada: User, sam: User) -> None:
    client.force_login(ada)
    cast.confirmed(client)
    path = reverse("admin:accounts_user_changelist")
    given = {"action": "seat", "_selected_action": [str(sam.pk)], "asked": "1", "reason": "hired"}
    client.post(path, {**given, "desks": ["moderation", "support"]})
    sam.refresh_from_db()
    assert sam.is_staff
    assert sorted(sam.groups.values_list("name", flat=True)) == ["moderation", "support"]
    assert AuditEntry.objects.get(action="user.seated").reason == "hired"
    client.post(path, {**given, "reason": "left"})
    sam.refresh_from_db()
    assert (sam.is_staff, sam.groups.count()) == (False, 0)
    for actor, user in ((sam, ada), (ada, ada)):
        with pytest.raises(NotAllowed):
            seats.seat(user=user, desks={"support"}, actor=actor, reason="x")
