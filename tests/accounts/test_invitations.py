"""Accounts made by admins: by a link that works once; nobody sets another's password."""

from datetime import timedelta
from functools import partial

import pytest
from django.test import Client
from django.utils import timezone

from accounts.errors import InvitationInvalid
from accounts.models import Invitation, User
from accounts.services import invitations
from realtime.models import MailDelivery
from realtime.services import mail
from tests.races.parallel import together
from tutorme.core.models import AuditEntry, OutboxEvent

USERS = "/api/v1/users/"
NINA = {"email": "Nina@Example.test", "display_name": "Nina", "roles": ["tutor"]}
PASSWORD = "a garden full of radishes"


def link(row: Invitation) -> str:
    return f"/account/invited/{row.pk}/{invitations.token_of(row.pk)}/"


@pytest.fixture
def invited(api, ada: User) -> Invitation:
    assert api(ada).post(USERS, NINA, format="json").status_code == 201
    return Invitation.objects.select_related("user").get()


@pytest.mark.django_db
def test_the_link_sets_the_first_password_once(invited: Invitation, drain, sandbox) -> None:
    drain()
    owed = MailDelivery.objects.get(kind="invited")
    assert invitations.token_of(invited.pk) not in str(owed.facts)
    assert link(invited) in mail.compose(owed).body
    page = Client()
    assert page.get(link(invited)).status_code == 200
    weak = page.post(link(invited), {"password": "short"})
    assert weak.status_code == 422
    assert page.post(link(invited), {"password": PASSWORD}).status_code == 302
    user = User.objects.get(email="nina@example.test")
    assert user.check_password(PASSWORD)
    assert user.email_verified_at is not None
    again = page.post(link(invited), {"password": "another good password"})
    assert again.status_code == 404
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


@pytest.mark.django_db
def test_a_link_never_replaces_a_password(invited: Invitation) -> None:
    user = invited.user
    user.set_password(PASSWORD)
    user.save()
    page = Client().post(link(invited), {"password": "taken over by a link"})
    assert page.status_code == 404
    assert "log in" in page.content.decode()
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


@pytest.mark.django_db
def test_expired_forged_and_replaced_links_open_nothing(invited: Invitation, ada: User) -> None:
    forged = f"/account/invited/{invited.pk}/{'0' * 48}/"
    assert Client().get(forged).status_code == 404
    invitations.invite_again(actor=ada, user=invited.user)
    assert Client().get(link(invited)).status_code == 404
    newer = Invitation.objects.get(used_at=None)
    assert Client().get(link(newer)).status_code == 200
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Client().get(link(newer)).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_eight_that_use_one_link_one_does(invited: Invitation) -> None:
    tries = [
        partial(
            invitations.accept,
            invitation_id=invited.pk,
            token=invitations.token_of(invited.pk),
            password=f"{PASSWORD} {n}",
        )
        for n in range(8)
    ]
    results = together(tries)
    assert sum(isinstance(each, InvitationInvalid) for each in results) == 7
    assert AuditEntry.objects.filter(action="user.invitation_accepted").count() == 1


@pytest.mark.django_db
def test_what_an_admin_may_not_say(api, ada: User, sam: User) -> None:
    client = api(ada)
    assert client.post(USERS, {**NINA, "email": sam.email}, format="json").status_code == 409
    for wrong in ({"password": "x"}, {"is_superuser": True}, {"roles": ["god"]}):
        assert client.post(USERS, {**NINA, **wrong}, format="json").status_code == 400
    for bad in ("a@b.c,victim@x.test", '"a@b.c"@x', "x\r\nBcc: y@z.test"):
        assert client.post(USERS, {**NINA, "email": bad}, format="json").status_code == 400
    assert not OutboxEvent.objects.filter(name="user.invited").exists()


@pytest.mark.django_db
def test_suspending_needs_a_reason_and_ends_sessions(api, ada: User, sam: User) -> None:
    client, theirs = api(ada), api(sam)
    path = f"{USERS}{sam.pk}/"
    assert client.patch(path, {"is_active": False}, format="json").status_code == 400
    done = client.patch(path, {"is_active": False, "reason": "Sold answers"}, format="json")
    assert done.json()["is_active"] is False
    assert theirs.get("/api/v1/me/profile/").status_code == 401
    assert AuditEntry.objects.get(action="user.suspended").reason == "Sold answers"
    own = client.patch(f"{USERS}{ada.pk}/", {"is_active": False, "reason": "x"}, format="json")
    assert own.status_code == 403


@pytest.mark.django_db
def test_the_list_filters(api, ada: User, sam: User, tess: User, invited: Invitation) -> None:
    client = api(ada)

    def names(**query: str) -> set[str]:
        return {row["display_name"] for row in client.get(USERS, query).json()["results"]}

    assert names(role="tutor") == {"Tess"}
    assert names(role="admin") == {"Ada"}
    assert names(search="sam") == {"Sam"}
    assert names(search="%") == set()
    assert client.get(USERS, {"role": "god"}).status_code == 400
    assert client.get(USERS, {"cursor": "junk"}).status_code == 404


@pytest.mark.django_db
def test_the_admin_pages_invite_too(client: Client, ada: User) -> None:
    client.force_login(ada)
    path = "/admin/accounts/user/add/"
    assert client.get(path).status_code == 200
    assert client.post(path, {**NINA, "roles": ["tutor"]}).status_code == 302
    user = User.objects.get(email="nina@example.test")
    assert not user.has_usable_password()
    shown = client.get(f"/admin/accounts/user/{user.pk}/change/").content
    assert b'name="password' not in shown
    assert user.password.encode() not in shown
