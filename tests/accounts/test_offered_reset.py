"""A way back in that an admin had sent: to the account's own address, for its owner's eyes."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import MailedCode, User
from accounts.services import codes, users
from tutorme.core.models import AuditEntry

pytestmark = pytest.mark.django_db
NEW = "four loud mountains"


def send_reset(client: Client, user: User) -> MailedCode | None:
    chosen = {"action": "send_reset", "_selected_action": [str(user.pk)], "reason": "She rang"}
    client.post(reverse("admin:accounts_user_changelist"), chosen)
    return MailedCode.objects.filter(user=user).first()


def test_its_owner_opens_the_mail_and_chooses_a_password(
    client: Client, ada: User, sam: User, sandbox, drain
) -> None:
    client.force_login(ada)
    code = send_reset(client, sam)
    assert code is not None
    drain()
    [mail] = sandbox.mails()
    text = mail["text"]
    assert mail["to"] == [sam.email]
    assert codes.text_of(code.pk) in text
    page = reverse("account_reset_offered", args=[code.pk])
    assert page in text
    theirs = Client()
    typing = theirs.get(page, follow=True)
    assert typing.redirect_chain[-1][0] == reverse("account_reset_code")
    form = {"code": codes.text_of(code.pk), "password": NEW}
    assert theirs.post(reverse("account_reset_code"), form).status_code == 302
    sam.refresh_from_db()
    assert sam.check_password(NEW)
    noted = AuditEntry.objects.get(action="user.reset_sent")
    assert (noted.actor, noted.target_id, noted.reason) == (ada, str(sam.pk), "She rang")
    # Once: the page leads on to where another code is asked for.
    assert Client().get(page).headers["Location"] == reverse("account_reset_password")


def test_the_admin_learns_no_code_and_a_suspended_account_gets_none(
    client: Client, ada: User, sam: User, sandbox, drain
) -> None:
    client.force_login(ada)
    users.set_active(user=sam, active=False, actor_id=ada.pk, reason="spam")
    assert send_reset(client, sam) is None
    users.set_active(user=sam, active=True, actor_id=ada.pk, reason="a mistake")
    code = send_reset(client, sam)
    assert code is not None
    answer = client.get(reverse("admin:accounts_user_changelist")).text
    assert codes.text_of(code.pk) not in answer
    drain()
    assert [mail["to"] for mail in sandbox.mails()] == [[sam.email]]
