"""Two organisations: what a desk may do, and that it never hears of the other."""

import re
import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.utils import timezone

from certificates.models import Delivery, Learner, LearnerImport, Member
from certificates.services import deliveries, issuing, retention, taking_back
from realtime.models import MailDelivery
from tests.certificates import desks
from tests.certificates.desks import CANARY
from tutorme.core import jobs
from tutorme.core.files.blobs import path_of
from tutorme.core.models import AuditEntry, Job

pytestmark = pytest.mark.django_db
API = "/api/v1/"


@pytest.fixture
def north(sam, media, sandbox) -> desks.Side:
    return desks.Side("North", sam)


@pytest.fixture
def south(otto, media, sandbox) -> desks.Side:
    return desks.Side(CANARY.title(), otto)


def paths(side: desks.Side) -> list[tuple[str, str]]:
    org, batch, certificate = side.organization.pk, side.batch.pk, side.certificate.pk
    return [
        ("get", f"organizations/{org}/"),
        ("patch", f"organizations/{org}/"),
        ("get", f"organizations/{org}/learners/"),
        ("get", f"organizations/{org}/certificates/"),
        ("post", f"organizations/{org}/bundle/"),
        ("get", f"organizations/{org}/members/"),
        ("post", f"organizations/{org}/members/"),
        ("delete", f"organizations/{org}/members/{side.seat.pk}/"),
        ("get", f"learner-imports/{batch}/"),
        ("get", f"learner-imports/{batch}/problems.csv"),
        ("post", f"learner-imports/{batch}/commit/"),
        ("post", f"learner-imports/{batch}/discard/"),
        ("post", f"learner-imports/{batch}/undo/"),
        ("post", f"learners/{side.failed.pk}/retry/"),
        ("get", f"certificates/{certificate}/"),
        ("get", f"certificates/{certificate}/download/"),
        ("get", f"certificates/{certificate}/credential/"),
        ("get", f"certificates/{certificate}/deliveries/"),
        ("post", f"certificates/{certificate}/resend/"),
    ]


def test_another_organisations_rows_are_not_there(north, south, sam, tess, api) -> None:
    for method, path in paths(south):
        for who in (sam, tess):
            answer = getattr(api(who), method)(API + path, {}, format="json")
            assert answer.status_code == 404, (who, method, path, answer.content)
            assert CANARY not in answer.content.decode().lower()


def test_ones_own_are(north, sam, api) -> None:
    for method, path in paths(north):
        if method == "get":
            answer = api(sam).get(API + path)
            answer.getvalue()
            assert answer.status_code == 200, path


PAGES = ("learners", "imports", "certificates", "members")


def test_no_answer_of_one_desk_holds_the_others_canary(north, south, sam, api, client) -> None:
    lists = ("organizations", "external-courses", "learner-imports", "certificates")
    org = north.organization.pk
    nested = [f"organizations/{org}/{part}" for part in ("learners", "certificates", "members")]
    nested += [f"external-courses/{south.course.pk}/learners", "jobs"]
    bodies = [api(sam).get(f"{API}{name}/").content for name in (*lists, *nested)]
    client.force_login(sam)
    bodies += [client.get(f"/org/{org}/{page}/").content for page in PAGES]
    bodies += [client.get(path).content for path in ("/org/", "/certificates/", "/notifications/")]
    # The courses themselves are the site's: their names are no organisation's.
    own = re.compile(rf"(?:course-|safety at work course-){CANARY}", re.IGNORECASE)
    for body in bodies:
        assert CANARY not in own.sub("", body.decode()).lower()


def test_pages_of_another_desk_are_not_there(north, south, sam, client) -> None:
    client.force_login(sam)
    org, batch = south.organization.pk, south.batch.pk
    for page in PAGES:
        assert client.get(f"/org/{org}/{page}/").status_code == 404
    assert client.get(f"/org/{org}/imports/{batch}/").status_code == 404
    # Nor under one's own organisation's address.
    mixed = f"/org/{north.organization.pk}/imports/{batch}/"
    assert client.get(mixed).status_code == 404
    assert client.get(f"{mixed}problems.csv").status_code == 404
    assert client.post(f"{mixed}commit/").status_code == 404
    certificate = f"/org/{north.organization.pk}/certificates/{south.certificate.pk}/resend/"
    assert client.post(certificate).status_code == 404


def test_a_list_of_another_organisation_lets_nobody_in(north, south, sam, api) -> None:
    text = desks.HEAD + f"Eve,eve@x.example,{south.organization.website}\n"
    path = f"{API}external-courses/{north.course.pk}/learners/import/"
    asked = {"file": desks.sheet(text), "organization": str(north.organization.pk)}
    answer = api(sam).post(path, asked, format="multipart")
    assert answer.status_code == 202
    jobs.run_due()
    row = LearnerImport.objects.get(pk=answer.json()["id"]).lines.get()
    assert (row.outcome, row.problem) == ("bad", "other-organization")
    for organization in (str(south.organization.pk), None):
        asked = {"file": desks.sheet(text)}
        asked |= {"organization": organization} if organization else {}
        assert api(sam).post(path, asked, format="multipart").status_code == 404


def test_who_left_the_desk_reads_nothing_more(north, sam, api) -> None:
    job = api(sam).post(f"{API}organizations/{north.organization.pk}/bundle/", {}, format="json")
    jobs.run_due()
    bundle = f"{API}certificates/bundles/{job.json()['id']}/"
    assert b"".join(api(sam).get(bundle).streaming_content).startswith(b"PK")
    Member.objects.filter(pk=north.seat.pk).delete()
    for method, path in paths(north):
        assert getattr(api(sam), method)(API + path, {}, format="json").status_code == 404
    assert api(sam).get(bundle).status_code == 404


def test_a_desk_without_ownership_invites_and_changes_nothing(north, tess, api) -> None:
    desks.seat(north.organization, tess, role="desk")
    root = f"{API}organizations/{north.organization.pk}/"
    for method, path in (
        ("post", "members/"),
        ("patch", ""),
        ("delete", f"members/{north.seat.pk}/"),
    ):
        answer = getattr(api(tess), method)(root + path, {"email": "a@b.example"}, format="json")
        assert answer.status_code == 403, path


def test_an_owner_changes_the_contact_and_not_the_name(north, sam, api) -> None:
    path = f"{API}organizations/{north.organization.pk}/"
    tag = api(sam).get(path)["ETag"]
    patch = {"contact_email": "new@north.example"}
    headers = {"If-Match": tag}
    assert (
        api(sam).patch(path, {"name": "Other"}, format="json", headers=headers).status_code == 403
    )
    assert api(sam).patch(path, patch, format="json").status_code == 428
    assert api(sam).patch(path, patch, format="json", headers=headers).status_code == 200
    assert api(sam).patch(path, patch, format="json", headers=headers).status_code == 412


def test_an_invitation_is_taken_by_who_proved_the_address(north, sam, tess, client, drain) -> None:
    client.force_login(sam)
    root = f"/org/{north.organization.pk}/members/"
    client.post(root, {"email": tess.email.upper(), "role": "desk"})
    drain()
    assert MailDelivery.objects.filter(kind="member-invited", to_address=tess.email).exists()
    row = Member.objects.get(email=tess.email)
    other = Client()
    other.force_login(tess)
    accept = f"/org/invitations/{row.pk}/accept/"
    other.post(accept)
    row.refresh_from_db()
    assert row.user_id is None
    tess.email_verified_at = timezone.now()
    tess.save(update_fields=["email_verified_at"])
    assert b"North" in other.get("/org/").content
    assert other.post(accept).status_code == 302
    row.refresh_from_db()
    assert row.user_id == tess.pk


def test_the_last_owner_stays(north, sam, api) -> None:
    path = f"{API}organizations/{north.organization.pk}/members/{north.seat.pk}/"
    assert api(sam).delete(path).json()["code"] == "last-owner"


def test_certificates_go_to_the_contact_and_the_learner_once(north, sandbox, drain) -> None:
    drain()
    drain()
    sent = {mail["to"][0]: mail for mail in sandbox.mails() if mail["attachments"]}
    assert set(sent) == {"sop@north.example", north.learner.email}
    assert len([mail for mail in sandbox.mails() if mail["attachments"]]) == 2
    states = MailDelivery.objects.filter(kind__startswith="certificate-for-")
    assert {row.state for row in states} == {"sent"}


def test_a_link_instead_of_the_file_where_the_organisation_wants_that(
    sam, media, sandbox, drain, client
) -> None:
    organization = desks.organization("North", delivery="link", tells_learners=False)
    certificate = desks.issue(desks.completed(organization, desks.external_course(), "Ines"))
    drain()
    (mail,) = sandbox.mails("sop@north.example")
    assert not mail["attachments"]
    (link,) = re.findall(r"https?://[^\s]+/file/\?[^\s]+", mail["text"])
    path = link.partition("//")[2].partition("/")[2]
    answer = client.get(f"/{path}")
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert client.get(f"/{path}x").status_code == 404
    assert client.get(f"/certificates/{certificate.pk}/file/").status_code == 404


def test_sending_again_waits_and_is_recorded(north, sam, api, settings, drain) -> None:
    path = f"{API}certificates/{north.certificate.pk}/resend/"
    answer = api(sam).post(path, {"recipient": "contact"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (429, "sent-just-now")
    assert int(answer["Retry-After"]) > 500
    settings.CERTIFICATE_RESEND_SECONDS = 0
    assert api(sam).post(path, {"recipient": "contact"}, format="json").status_code == 202
    drain()
    rows = api(sam).get(f"{API}certificates/{north.certificate.pk}/deliveries/").json()
    assert [row["reason"] for row in rows if row["recipient"] == "contact"] == ["resent", "issued"]
    assert {row["mail_state"] for row in rows} == {"sent"}
    assert AuditEntry.objects.filter(action="certificate.resent", actor=sam).exists()


def test_what_was_revoked_is_not_sent_and_the_contact_is_told(north, ada, sandbox, drain) -> None:
    taking_back.revoke(certificate=north.certificate, actor_id=ada.pk, reason="Wrong person")
    drain()
    mails = sandbox.mails("sop@north.example")
    assert ["Wrong person" in mail["text"] for mail in mails] == [True]
    with pytest.raises(deliveries.CertificateRevoked):  # type: ignore[attr-defined]
        deliveries.resend(certificate=north.certificate, recipient="contact", actor_id=ada.pk)


def test_all_certificates_come_as_one_zip(north, south, sam, client) -> None:
    client.force_login(sam)
    org = north.organization.pk
    client.post(f"/org/{org}/certificates/zip/")
    jobs.run_due()
    job = Job.objects.get(kind="certificates.bundle")
    answer = client.get(f"/org/{org}/certificates/zip/{job.pk}/")
    archive = zipfile.ZipFile(BytesIO(b"".join(answer.streaming_content)))
    assert archive.namelist() == [f"certificate-{north.certificate.serial}.pdf"]
    assert archive.testzip() is None


def test_a_reissue_takes_the_old_one_out_of_force_when_it_is_printed(north, ada, client) -> None:
    Learner.objects.filter(pk=north.learner.pk).update(name="Inés North")
    old = north.certificate
    new = issuing.reissue(certificate=old, actor_id=ada.pk, reason="Name corrected")
    assert issuing.reissue(certificate=old, actor_id=ada.pk, reason="Again").pk == new.pk
    old.refresh_from_db()
    assert (old.state, new.edition, new.supersedes_id) == ("issued", 2, old.pk)
    jobs.run_due()
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.state, new.state) == ("superseded", "issued"), new.job.error  # type: ignore[union-attr]
    assert new.facts["recipient"] == "Inés North"
    page = client.get(f"/verify/{old.code}/").content.decode()
    assert "replaced" in page
    assert new.code not in page


def test_files_leave_after_their_time_but_not_while_held(
    north, ada, settings, django_capture_on_commit_callbacks, api
) -> None:
    settings.CERTIFICATE_RETENTION = timedelta(microseconds=1)
    row, path = north.certificate, path_of(north.certificate.storage_key)
    taking_back.hold(certificate=row, actor_id=ada.pk, reason="Court case 7")
    assert retention.retire_files() == 0
    taking_back.release(certificate=row, actor_id=ada.pk)
    with django_capture_on_commit_callbacks(execute=True):
        assert retention.retire_files() == 1
    assert not path.exists()
    answer = api(ada).get(f"{API}certificates/{row.pk}/download/")
    assert (answer.status_code, answer.json()["code"]) == (410, "certificate-file-retired")
    assert api(None).get(f"{API}certificates/verify/{row.code}/").json()["state"] == "valid"


def test_a_preview_is_what_would_be_printed(ada, api) -> None:
    body = {"html": "<p>{{ learner_name }}, {{ course_name }}</p>", "css": "", "recipient": "Zoë"}
    answer = api(ada).post(f"{API}certificate-templates/preview/", body, format="json")
    assert answer.content.startswith(b"%PDF")
    png = api(ada).post(
        f"{API}certificate-templates/preview/", {**body, "format": "png"}, format="json"
    )
    assert png.content.startswith(b"\x89PNG")
    refused = api(ada).post(
        f"{API}certificate-templates/preview/",
        {**body, "html": "{{ ''.__class__ }}"},
        format="json",
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "document-refused")


def test_deliveries_are_rows_once(north) -> None:
    deliveries.send_issued(north.certificate)
    deliveries.send_issued(north.certificate)
    assert Delivery.objects.filter(reason="issued").count() == 2
