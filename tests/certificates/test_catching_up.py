"""Certificates that are missing are issued by hand, many at a time, and none twice."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from accounts import desks
from accounts.models import User
from certificates.models import Certificate
from certificates.services import catching_up, issuing
from tests import cast
from tests.certificates.conftest import completed
from tutorme.core import bulk
from tutorme.core.errors import NotAllowed
from tutorme.core.models import AuditEntry, BulkRow

pytestmark = pytest.mark.django_db
LIST = "/admin/certificates/completion/"


@pytest.fixture
def desk(client: Client) -> Client:
    helper = cast.person("Supporter", is_staff=True)
    helper.groups.add(Group.objects.create(name=desks.SUPPORT))
    client.force_login(helper)
    return client


def test_those_that_are_missing_are_issued_once(
    desk: Client, sam: User, otto: User, tess: User, ada: User, media
) -> None:
    rows = [completed(sam, tess), completed(otto, tess)]
    there = issuing.issue(rows[0].pk)
    assert "Sam" in desk.get(f"{LIST}?certificate=there").text
    missing = desk.get(f"{LIST}?certificate=missing").text
    assert ("Otto" in missing, "Sam" in missing) == (True, False)
    chosen = {"action": "issue", "_selected_action": [str(row.pk) for row in rows]}
    assert "Kept in the audit trail" in desk.post(LIST, chosen).text
    assert Certificate.objects.count() == 1
    said = desk.post(LIST, {**chosen, "asked": "1", "reason": "The worker slept"}, follow=True).text
    made = Certificate.objects.exclude(pk=there.pk).get()
    assert made.serial in said
    assert "There is a certificate already" in said
    noted = AuditEntry.objects.get(action="certificate.issued_by_hand")
    assert (noted.target_id, noted.reason) == (str(made.pk), "The worker slept")
    with pytest.raises(NotAllowed):
        catching_up.issue(enrollment_id=rows[1].pk, actor_id=ada.pk, reason="x")


def test_many_are_a_job_that_says_what_became_of_each(
    desk: Client, sam: User, tess: User, media, drain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    rows = [completed(sam, tess), completed(sam, tess)]
    chosen = {"action": "issue", "_selected_action": [str(row.pk) for row in rows]}
    desk.post(LIST, {**chosen, "asked": "1", "reason": "The worker slept"})
    assert not Certificate.objects.exists()
    drain()
    assert Certificate.objects.filter(state="issued").count() == 2
    assert set(BulkRow.objects.values_list("state", flat=True)) == {"done"}


def test_the_control_what_is_not_completed_gets_none(sam: User, tess: User, ada: User) -> None:
    row = completed(sam, tess)
    type(row).objects.filter(pk=row.pk).update(
        completed_at=None, completed_version=None, state="active", percent=50
    )
    with pytest.raises(NotAllowed):
        catching_up.issue(enrollment_id=row.pk, actor_id=ada.pk, reason="x")
    assert not Certificate.objects.exists()
