"""From a completed course to a PDF that says so, once."""

from collections import Counter
from datetime import timedelta

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from accounts.models import User
from certificates import codes
from certificates.errors import CertificateNotReady, CertificateRevoked, CourseNotCompleted
from certificates.models import Certificate, CertificateTemplate
from certificates.services import facts, issuing, taking_back
from courses.events import EnrollmentCompleted
from courses.models import Enrollment
from tests.certificates.conftest import completed
from tutorme.core import jobs, outbox
from tutorme.core.files.blobs import path_of
from tutorme.core.models import AuditEntry, Job, OutboxEvent


def pdf_of(certificate: Certificate) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(path_of(certificate.storage_key))


def text_of(certificate: Certificate) -> str:
    pdf = pdf_of(certificate)
    assert len(pdf) == 1
    return str(pdf[0].get_textpage().get_text_range())


def test_completing_a_course_issues_one_certificate(enrollment, sam: User, media, drain) -> None:
    with transaction.atomic():
        outbox.record(EnrollmentCompleted(enrollment.pk, sam.pk, enrollment.course_id, 1))
    drain()
    certificate = Certificate.objects.get(enrollment=enrollment)
    assert certificate.state == Certificate.State.ISSUED
    event = OutboxEvent.objects.get(name="certificate.issued")
    assert event.payload == {
        "certificate_id": str(certificate.pk),
        "user_id": str(sam.pk),
        "course_title": "Linear Algebra from the Ground Up",
    }
    job = Job.objects.get(kind="certificates.render")
    assert (job.state, job.owner_id) == (Job.State.SUCCEEDED, sam.pk)


def test_the_event_again_changes_nothing(issued: Certificate, sam: User, drain) -> None:
    for _ in range(3):
        with transaction.atomic():
            outbox.record(EnrollmentCompleted(issued.enrollment_id, sam.pk, sam.pk, 1))  # type: ignore[arg-type]
    drain()
    assert Certificate.objects.count() == 1
    assert OutboxEvent.objects.filter(name="certificate.issued").count() == 1


def test_nothing_is_issued_before_completion(enrollment: Enrollment) -> None:
    Enrollment.objects.filter(pk=enrollment.pk).update(completed_at=None)
    with pytest.raises(CourseNotCompleted):
        issuing.issue(enrollment.pk)


def test_the_pdf_says_who_what_when_and_how_to_check(sheet: Certificate) -> None:
    text = text_of(sheet)
    # Half past eleven at night in UTC is the next day in Lagos, where Sam lives.
    for words in (
        "Sam",
        "Linear Algebra from the Ground Up",
        "Tess",
        "21 November 2026",
        "14 hours",
        sheet.serial,
        sheet.code,
    ):
        assert words in text
    about = pdf_of(sheet).get_metadata_dict()
    assert about["Title"].endswith("Linear Algebra from the Ground Up, Sam")
    assert about["Author"] == "TutorMe"


def test_the_file_is_tagged_and_named_by_its_hash(sheet: Certificate) -> None:
    path = path_of(sheet.storage_key)
    raw = path.read_bytes()
    assert sheet.storage_key == f"certificates/{sheet.pdf_sha256[:2]}/{sheet.pdf_sha256}.pdf"
    assert len(raw) == sheet.pdf_size
    assert not list(path.parent.glob("*.part"))
    assert pdf_of(sheet).is_tagged()


def test_the_sealed_file_keeps_what_pdf_ua_asks_for(sheet: Certificate) -> None:
    """By a reader that is not ours; nothing here stands in for a full validator of PDF/UA."""
    with pikepdf.open(path_of(sheet.storage_key)) as file:
        root = file.Root
        assert root.MarkInfo.Marked
        assert root.ViewerPreferences.DisplayDocTitle
        assert str(root.Lang) == "en"
        with file.open_metadata() as about:
            assert about["pdfuaid:part"] == "1"
            assert about["dc:title"].endswith(", Sam")
        elements = [row for row in file.objects if _is(row, "/StructElem")]
        kinds = Counter(str(row.S) for row in elements)
        assert {"/Document", "/H1", "/P", "/L", "/LBody", "/Figure"} <= set(kinds)
        figures = [row for row in elements if row.S == "/Figure"]
        assert [bool(str(row.get("/Alt", ""))) for row in figures] == [True, True]
        faces = [row for row in file.objects if _is(row, "/FontDescriptor")]
        assert all("/FontFile2" in row or "/FontFile3" in row for row in faces)
        assert len(faces) >= 3


def _is(row: object, kind: str) -> bool:
    return isinstance(row, pikepdf.Dictionary) and row.get("/Type") == kind


def test_the_printed_qr_code_opens_the_verify_page(sheet: Certificate) -> None:
    page = pdf_of(sheet)[0].render(scale=150 / 72).to_pil()
    (found,) = zxingcpp.read_barcodes(page)
    assert found.text == f"http://127.0.0.1:8000/verify/{sheet.code}/"


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, ""),
        (45, "45 minutes"),
        (61, "1 hour 1 minute"),
        (90, "1 hour 30 minutes"),
        (840, "14 hours"),
    ],
)
def test_how_long_a_course_takes_is_not_rounded(minutes: int, said: str) -> None:
    assert facts._extent(minutes) == said


def test_facts_stay_as_they_were_on_the_day(issued: Certificate, sam: User) -> None:
    User.objects.filter(pk=sam.pk).update(display_name="Samuel the Second")
    issued.refresh_from_db()
    assert issued.facts["recipient"] == "Sam"


@pytest.mark.parametrize(
    "change",
    [
        {"facts": {}},
        {"public_base_url": "https://elsewhere.test"},
        {"state": "pending"},
        {"code": codes.new_code()},
        {"serial": "TM-1999-000001"},
    ],
)
def test_the_database_refuses_to_rewrite_an_issued_certificate(issued, change) -> None:
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        Certificate.objects.filter(pk=issued.pk).update(**change)


def test_the_database_refuses_to_edit_a_template_version(issued: Certificate) -> None:
    with pytest.raises(IntegrityError, match="never edited"), transaction.atomic():
        CertificateTemplate.objects.update(html="<p>other</p>")


def test_printing_again_gives_the_same_bytes_back(printed: Certificate, ada: User, drain) -> None:
    path, before = path_of(printed.storage_key), printed.pdf_sha256
    path.unlink()
    issuing.reprint(certificate=printed, actor_id=ada.pk)
    drain()
    printed.refresh_from_db()
    assert path.exists()
    assert printed.pdf_sha256 == before
    assert OutboxEvent.objects.filter(name="certificate.issued").count() == 1
    assert AuditEntry.objects.filter(action="certificate.reprinted", actor=ada).count() == 1


def test_revoking_is_final_and_on_record(issued: Certificate, ada: User) -> None:
    taking_back.revoke(certificate=issued, actor_id=ada.pk, reason="Issued in error")
    assert (issued.state, issued.revoked_reason) == ("revoked", "Issued in error")
    entry = AuditEntry.objects.get(action="certificate.revoked")
    assert (entry.actor_id, entry.reason) == (ada.pk, "Issued in error")
    with pytest.raises(CertificateRevoked):
        taking_back.revoke(certificate=issued, actor_id=ada.pk, reason="Again")


def test_a_pending_certificate_cannot_be_revoked(pending: Certificate, ada: User) -> None:
    with pytest.raises(CertificateNotReady):
        taking_back.revoke(certificate=pending, actor_id=ada.pk, reason="Too early")


def test_an_unprintable_name_waits_for_a_better_one(sam: User, tess: User, media, drain) -> None:
    """Letters that no font of ours has are refused by name, not printed as boxes."""
    User.objects.filter(pk=sam.pk).update(display_name="สมชาย ใจดี")
    certificate = issuing.issue(completed(sam, tess).pk)
    drain()
    certificate.refresh_from_db()
    assert certificate.state == Certificate.State.PENDING
    assert certificate.job is not None
    assert certificate.job.error is not None
    assert certificate.job.state == Job.State.FAILED
    assert "U+0E2A" in certificate.job.error["detail"]

    User.objects.filter(pk=sam.pk).update(display_name="Yamada Tarō")
    issuing.retry(certificate=certificate, actor_id=sam.pk)
    drain()
    certificate.refresh_from_db()
    assert certificate.state == Certificate.State.ISSUED
    assert "Yamada Tarō" in text_of(certificate)


def test_a_run_whose_lease_was_lost_issues_nothing(pending: Certificate, media) -> None:
    """The zombie's transaction is refused, the run that took over issues."""
    job = pending.job
    assert job is not None
    zombie = jobs._claim(job.pk)
    assert zombie is not None
    Job.objects.filter(pk=job.pk).update(lease_until=Now() - timedelta(seconds=1))
    assert jobs.run(job.pk)
    with pytest.raises(jobs.LeaseLost):
        with jobs.Run(zombie, jobs.kinds()[issuing.RENDER]).finishing():
            raise AssertionError("unreachable: the lease is gone")
    assert OutboxEvent.objects.filter(name="certificate.issued").count() == 1
