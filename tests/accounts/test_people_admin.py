"""People are found in the back office by what they are and by when they were last seen."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from accounts import desks
from accounts.models import AuthSession, User
from tests import cast
from tests.accounts.test_admin_door import sign_in

pytestmark = pytest.mark.django_db
LIST = "/admin/accounts/user/"


@pytest.fixture
def desk(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


def found(desk: Client, query: str) -> set[str]:
    rows = desk.get(f"{LIST}?{query}").context["cl"].result_list
    return {row.display_name for row in rows}


def test_by_role(desk: Client, sam: User, tess: User) -> None:
    helper = cast.person("Supporter", is_staff=True)
    helper.groups.add(Group.objects.create(name=desks.SUPPORT))
    assert found(desk, "role=student") == {"Sam"}
    assert found(desk, "role=tutor") == {"Tess"}
    assert found(desk, "role=desk") == {"Supporter"}
    assert found(desk, "role=admin") == {"Ada"}
    assert len(found(desk, "")) == 4


def test_by_whether_their_address_is_proved(desk: Client, sam: User, otto: User) -> None:
    User.objects.update(email_verified_at=timezone.now())
    User.objects.filter(pk=otto.pk).update(email_verified_at=None)
    assert found(desk, "email_verified_at__isempty=1") == {"Otto"}
    assert "Otto" not in found(desk, "email_verified_at__isempty=0")


def test_by_when_they_were_last_seen(desk: Client, sam: User, otto: User) -> None:
    sign_in(sam)
    assert "Sam" in found(desk, "seen=1")
    assert "Otto" in found(desk, "seen=long")
    before = timezone.now() - timedelta(days=10)
    AuthSession.objects.filter(user=sam).update(confirmed_at=before, rotated_at=None)
    assert "Sam" not in found(desk, "seen=7")
    assert "Sam" in found(desk, "seen=30")
    AuthSession.objects.filter(user=sam).update(rotated_at=timezone.now())
    assert "Sam" in found(desk, "seen=1"), "an app that renews its tokens is there"
