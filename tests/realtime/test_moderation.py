"""A reported message as the staff sees it: its words, its files, and nothing around it."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from courses.models import Course, Enrollment
from realtime.models import Conversation, MessageFile, MessageReport
from realtime.services import conversations, moderation
from tests import cast
from tutorme.core.models import AuditEntry

pytestmark = pytest.mark.django_db
SCRIPT = b"<script>document.location='https://evil.example/'</script>"


@pytest.fixture
def talk(sam, tess) -> Conversation:
    course = Course.objects.create(
        title="Sets", slug="sets", instructor=tess, state="published", difficulty="beginner"
    )
    Enrollment.objects.create(user=sam, course=course)
    return conversations.begin(user=sam, other_id=tess.pk)


def with_file(api: Any, who: Any, talk: Conversation, name: str, content: bytes) -> MessageFile:
    file = SimpleUploadedFile(name, content, content_type="text/plain")
    upload = api(who).post("/api/v1/uploads/", {"purpose": "message-file", "file": file})
    assert upload.status_code == 201, upload.content
    body = {"body": "Look", "files": [upload.json()["id"]]}
    url = f"/api/v1/conversations/{talk.pk}/messages/"
    assert api(who).post(url, body, format="json").status_code == 201
    return MessageFile.objects.select_related("message").latest("pk")


@pytest.fixture
def bad(api, talk, sam, media) -> MessageFile:
    return with_file(api, sam, talk, "nasty.txt", SCRIPT)


@pytest.fixture
def report(bad, tess) -> MessageReport:
    return moderation.report(user=tess, message_id=bad.message_id, reason="nasty")


def signed_in(who: Any) -> Client:
    client = Client()
    client.force_login(who)
    return client


def link(report: MessageReport, file: MessageFile) -> str:
    return f"/admin/realtime/messagereport/{report.pk}/files/{file.pk}/"


def test_its_files_are_read_from_the_report_and_can_do_nothing(report, bad, ada) -> None:
    staff = signed_in(ada)
    page = staff.get(f"/admin/realtime/messagereport/{report.pk}/change/").content.decode()
    assert link(report, bad) in page
    assert "nasty.txt" in page
    answer = staff.get(link(report, bad))
    assert answer.getvalue() == SCRIPT
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in answer["Cache-Control"]
    kept = AuditEntry.objects.get(action="message_report.file_read")
    assert (kept.actor_id, kept.after) == (ada.pk, {"file": str(bad.file_id)})


def test_a_removed_messages_files_stay_for_the_record(report, bad, ada, tess, api) -> None:
    moderation.decide(row=report, actor=ada, uphold=True)
    assert signed_in(ada).get(link(report, bad)).getvalue() == SCRIPT
    rows = api(tess).get(f"/api/v1/conversations/{bad.message.conversation_id}/messages/").json()
    assert [row["files"] for row in rows["results"]] == [[]]


def test_no_other_file_is_read_by_a_report(api, talk, report, sam, ada) -> None:
    other = with_file(api, sam, talk, "private.txt", b"private")
    staff = signed_in(ada)
    assert staff.get(link(report, other)).status_code == 404
    assert "private.txt" not in staff.get(
        f"/admin/realtime/messagereport/{report.pk}/change/"
    ).content.decode()  # fmt: skip
    assert not AuditEntry.objects.filter(action="message_report.file_read").exists()


@pytest.mark.parametrize("who", ["sam", "tess", "otto", None])
def test_nobody_but_the_staff(request, report, bad, who) -> None:
    client = signed_in(request.getfixturevalue(who)) if who else Client()
    answer = client.get(link(report, bad))
    assert answer.status_code in {302, 403, 404}
    assert SCRIPT not in answer.getvalue()


def test_nor_a_member_of_the_staff_who_may_not_see_reports(report, bad) -> None:
    clerk = cast.person("Clerk", is_staff=True)
    assert signed_in(clerk).get(link(report, bad)).status_code == 404
