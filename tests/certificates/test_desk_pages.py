"""An organisation's desk as people without a script use it, from the list to the certificates."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from certificates.models import Certificate, Learner, LearnerImport, Organization
from tests.certificates import desks
from tests.certificates.desks import issue
from tutorme.core.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def organization(sam, media, sandbox):
    row = desks.organization("North")
    desks.seat(row, sam)
    return row


@pytest.fixture
def browser(sam, client: Client) -> Client:
    client.force_login(sam)
    return client


def test_a_list_is_sent_looked_at_written_and_taken_back(organization, browser, drain) -> None:
    course, here = desks.external_course(), f"/org/{organization.pk}/"
    assert "North" in browser.get("/org/").content.decode()
    text = desks.rows(2, organization.website) + "Nobody,not an address,north.example\n"
    sent = browser.post(f"{here}imports/", {"course": course.pk, "file": desks.sheet(text)})
    assert sent.status_code == 302
    assert b'http-equiv="refresh"' in browser.get(sent.url).content
    drain()
    page = browser.get(sent.url).content.decode()
    assert "Write 2 learners" in page
    assert "Write the good rows and leave the others" in page
    file = browser.get(f"{sent.url}problems.csv")
    assert "attachment" in file["Content-Disposition"]
    browser.post(f"{sent.url}commit/", {"valid_rows_only": "on"})
    drain()
    assert set(Learner.objects.values_list("state", flat=True)) == {"enrolled"}
    assert "Learner 1" in browser.get(f"{here}learners/?q=Learner+1").content.decode()
    assert "Take it back" in browser.get(sent.url).content.decode()
    browser.post(f"{sent.url}undo/")
    drain()
    assert LearnerImport.objects.get().state == "undone"
    assert not Learner.objects.present().exists()


def test_a_file_that_is_no_list_is_answered_with_a_reason(organization, browser, drain) -> None:
    course, here = desks.external_course(), f"/org/{organization.pk}/imports/"
    refused = browser.post(here, {"course": course.pk})
    assert refused.status_code == 422
    sent = browser.post(here, {"course": course.pk, "file": desks.sheet("x;y\n1;2\n")})
    drain()
    page = browser.get(sent.url).content.decode()
    assert "The file cannot be read as a list" in page


def test_certificates_are_sent_again_and_come_as_one_file(
    organization, browser, settings, drain
) -> None:
    learner = desks.completed(organization, desks.external_course(), "Ines")
    certificate, here = issue(learner), f"/org/{organization.pk}/certificates/"
    assert certificate.serial in browser.get(here).content.decode()
    settings.CERTIFICATE_RESEND_SECONDS = 0
    browser.post(f"{here}{certificate.pk}/resend/", {"to": "contact"})
    assert "on its way again" in browser.get(here).content.decode()
    browser.post(f"{here}zip/")
    drain()
    job = Job.objects.get(kind="certificates.bundle")
    file = browser.get(f"{here}zip/{job.pk}/")
    assert b"".join(file.streaming_content).startswith(b"PK")
    assert Certificate.objects.get().state == "issued"


def test_members_are_invited_and_dismissed(organization, browser, otto) -> None:
    here = f"/org/{organization.pk}/members/"
    assert browser.post(here, {"email": "no", "role": "desk"}).status_code == 422
    browser.post(here, {"email": otto.email, "role": "desk"})
    row = organization.members.get(email=otto.email)
    User.objects.filter(pk=otto.pk).update(email_verified_at=timezone.now())
    other = Client()
    other.force_login(otto)
    assert "invited" in other.get("/org/").content.decode()
    other.post(f"/org/invitations/{row.pk}/accept/")
    assert other.get(here).status_code == 200
    browser.post(f"{here}{row.pk}/dismiss/")
    assert other.get(here).status_code == 404


def test_signed_in_people_find_their_desks(browser, otto) -> None:
    assert 'href="/org/"' in browser.get("/certificates/").content.decode()
    assert 'href="/org/"' not in Client().get("/verify/").content.decode()


def test_the_account_menu_leads_members_to_their_desk(client, sam, otto) -> None:
    acme = desks.organization("Acme")
    desks.seat(acme, sam, role="desk")
    client.force_login(sam)
    page = client.get("/certificates/").content.decode()
    assert "My organisation" in page
    client.force_login(otto)
    assert "My organisation" not in client.get("/certificates/").content.decode()
    Organization.objects.update(archived_at=timezone.now())
    client.force_login(sam)
    assert "My organisation" not in client.get("/certificates/").content.decode()
