"""The source system's actions, each by its resource here, and the trail that all of them leave."""

import json

import pytest

from certificates.models import Certificate, Organization
from certificates.services import templates
from realtime.models import MailDelivery
from sandbox.sendgrid import public_key, signed
from tests.certificates import desks
from tutorme.core.models import AuditEntry, InboxMessage

pytestmark = pytest.mark.django_db
API = "/api/v1/"


@pytest.fixture
def north(sam, media, sandbox) -> desks.Side:
    return desks.Side("North", sam)


def test_the_thirteen_admin_actions(ada, north, api, settings) -> None:
    """Each of the source system's, by its resource here."""
    admin, settings.CERTIFICATE_RESEND_SECONDS = api(ada), 0
    facts = {"external_id": "new", "name": "New course"}
    course = admin.post(f"{API}external-courses/", facts, format="json")
    path = f"{API}external-courses/{course.json()['id']}/"
    edit = admin.patch(
        path, {"name": "Edited"}, format="json", headers={"If-Match": course["ETag"]}
    )
    upload = {"file": desks.sheet(desks.rows(1, "north.example"))}
    organization = {
        "name": "West",
        "website": "https://www.west.example/",
        "contact_name": "W",
        "contact_email": "w@west.example",
    }
    west = admin.post(f"{API}organizations/", organization, format="json")
    west_path = f"{API}organizations/{west.json()['id']}/"
    event = InboxMessage.objects.create(
        provider="graphy", delivery_id="e1", kind="completed", body=b"{}", state="dead"
    )
    statuses = {
        "CREATE_COURSE": course.status_code,
        "EDIT_COURSE": edit.status_code,
        "UPLOAD_LEARNERS_CSV": admin.post(
            f"{path}learners/import/", upload, format="multipart"
        ).status_code,
        "LIST_COURSES": admin.get(f"{API}external-courses/").status_code,
        "VIEW_LEARNERS": admin.get(f"{path}learners/").status_code,
        "DELETE_COURSE": admin.delete(path).status_code,
        "ADD_ORGANIZATION": west.status_code,
        "EDIT_ORGANIZATION": admin.patch(
            west_path, {"name": "Far West"}, format="json", headers={"If-Match": west["ETag"]}
        ).status_code,
        "DELETE_ORGANIZATION": admin.delete(west_path).status_code,
        "RESEND_CERTIFICATE": admin.post(
            f"{API}certificates/{north.certificate.pk}/resend/",
            {"recipient": "contact"},
            format="json",
        ).status_code,
        "LIST_WEBHOOKS": admin.get(f"{API}webhook-events/?provider=graphy").status_code,
        "RETRY_WEBHOOK": admin.post(f"{API}webhook-events/{event.pk}/retry/").status_code,
        "PREVIEW_CERTIFICATE": admin.post(
            f"{API}certificate-templates/preview/",
            {"html": "<p>{{ code }}</p>", "css": ""},
            format="json",
        ).status_code,
    }
    assert statuses == {
        "CREATE_COURSE": 201,
        "EDIT_COURSE": 200,
        "UPLOAD_LEARNERS_CSV": 202,
        "LIST_COURSES": 200,
        "VIEW_LEARNERS": 200,
        "DELETE_COURSE": 204,
        "ADD_ORGANIZATION": 201,
        "EDIT_ORGANIZATION": 200,
        "DELETE_ORGANIZATION": 204,
        "RESEND_CERTIFICATE": 202,
        "LIST_WEBHOOKS": 200,
        "RETRY_WEBHOOK": 200,
        "PREVIEW_CERTIFICATE": 200,
    }
    assert len(statuses) == 13
    event.refresh_from_db()
    assert event.state == "received"
    done = {
        "external_course.created",
        "external_course.edited",
        "learner_import.started",
        "external_course.archived",
        "organization.added",
        "organization.edited",
        "organization.deleted",
        "certificate.resent",
        "webhook_event.retried",
    }
    written = AuditEntry.objects.filter(actor=ada).values_list("action", flat=True)
    assert done <= set(written), "what changes something is in the trail; looking is not"
    assert west.json()["website"] == "west.example"
    assert Organization.objects.filter(pk=west.json()["id"]).count() == 0


def test_the_three_desk_actions(sam, north, api, settings) -> None:
    desk, settings.CERTIFICATE_RESEND_SECONDS = api(sam), 0
    found = desk.get(f"{API}organizations/{north.organization.pk}/learners/").json()["results"]
    assert {row["name"] for row in found} == {"Ines North", "Fay North"}
    file = desk.get(f"{API}certificates/{north.certificate.pk}/download/")
    assert b"".join(file.streaming_content).startswith(b"%PDF")
    path = f"{API}certificates/{north.certificate.pk}/resend/"
    assert desk.post(path, {"recipient": "contact"}, format="json").status_code == 202
    written = AuditEntry.objects.filter(actor=sam).values_list("action", flat=True)
    assert {"certificate.downloaded", "certificate.resent"} <= set(written)


def test_issuing_is_in_the_trail_and_reading_ones_own_is_not(north, sam, ada, api) -> None:
    def read(person, **headers: str) -> int:
        path = f"{API}certificates/{north.certificate.pk}/download/"
        answer = api(person).get(path, headers=headers)
        assert answer.status_code in {200, 206}
        assert b"".join(answer.streaming_content)
        return AuditEntry.objects.filter(action="certificate.downloaded").count()

    issued = AuditEntry.objects.get(action="certificate.issued")
    assert (issued.actor_id, issued.target_id) == (None, str(north.certificate.pk))
    assert read(sam) == 1
    assert read(ada) == 2
    assert read(ada, Range="bytes=2-4") == 2, "the rest of one file"
    Certificate.objects.filter(pk=north.certificate.pk).update(user=sam)
    assert read(sam) == 2


@pytest.mark.parametrize(
    ("told", "state", "word"),
    [
        ([], "sent", "Sent"),
        (["delivered"], "delivered", "Delivered"),
        (["delivered", "bounce"], "bounced", "Came back"),
        (["spamreport", "delivered"], "complained", "Reported as unwanted"),
    ],
)
def test_what_the_provider_tells_of_a_mail_is_at_its_certificate(
    north, sam, ada, api, client, settings, drain, told: list[str], state: str, word: str
) -> None:
    drain()
    settings.SENDGRID = {**settings.SENDGRID, "webhook_key": public_key()}
    mail = MailDelivery.objects.get(kind="certificate-for-contact")
    rows = [
        {
            "event": name,
            "email": mail.to_address,
            "timestamp": 1782000000,
            "sg_event_id": name,
            "mail": str(mail.pk),
            "type": "bounce",
        }
        for name in told
    ]
    body = json.dumps(rows).encode()
    hook = f"{API}realtime/webhooks/sendgrid/"
    sent = client.post(hook, body, content_type="application/json", headers=signed(body))
    assert sent.status_code == 204
    drain()
    path = f"{API}certificates/{north.certificate.pk}/deliveries/"
    found = {row["recipient"]: row["mail_state"] for row in api(sam).get(path).json()}
    assert found == {"contact": state, "learner": "sent"}
    client.force_login(sam)
    assert word in client.get(f"/org/{north.organization.pk}/certificates/").content.decode()
    client.force_login(ada)
    assert word in client.get("/admin/certificates/delivery/").content.decode()


def test_the_editor_shows_the_chosen_name_and_why_there_is_none(ada, client) -> None:
    client.force_login(ada)
    path = "/admin/certificates/certificatetemplate/preview/"
    plain = {"html": "<p>{{ recipient }}</p>", "css": ""}

    def shown(**said: str) -> dict[str, str]:
        asked = {**plain, **said}
        return client.post(path, asked, headers={"Accept": "application/json"}).json()

    assert shown()["name"] == "Ada Lovelace"
    hebrew = shown(preview_kind="Hebrew")
    assert hebrew["name"].startswith("נועה")
    assert hebrew["picture"].startswith("data:image/png;base64,")
    assert "not a known word" in shown(html="<p>{{ nobody }}</p>")["problem"]
    form = client.get("/admin/certificates/certificatetemplate/add/").content.decode()
    assert '<option value="right to left">' in form


def test_without_a_script_all_names_are_shown_at_once(ada, client) -> None:
    client.force_login(ada)
    path = "/admin/certificates/certificatetemplate/preview/"
    page = client.post(path, {"html": "<p>{{ recipient }}</p>", "css": ""})
    tried = page.context["tried"]
    assert [row["kind"] for row in tried] == ["sample", *templates.WORST_NAMES]
    pictures = {row["kind"]: row["picture"] for row in tried if "picture" in row}
    assert set(templates.WORST_NAMES) - set(pictures) == {"one long word"}
    assert all(each.startswith("data:image/png;base64,") for each in pictures.values())
    assert pictures.pop("emoji") == pictures["sample"], "what is no letter is left out"
    assert len(set(pictures.values())) == len(pictures)
    assert "does not fit on the page" in page.text
    broken = client.post(path, {"html": "<p>{{ nobody }}</p>", "css": ""})
    assert broken.text.count("not a known word") == len(tried)
