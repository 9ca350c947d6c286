"""What an operator does by hand, with certificates: JSON, exit codes, nothing twice."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from certificates.models import Certificate, Learner, LearnerImport
from certificates.services import issuing
from tests.certificates import desks
from tests.certificates.conftest import completed
from tutorme.core.files.blobs import path_of
from tutorme.core.models import Job

pytestmark = pytest.mark.django_db


def told(*arguments: str) -> tuple[dict[str, Any], int]:
    """What it says, and its exit code."""
    out = StringIO()
    try:
        call_command(*arguments, "--json", stdout=out)
    except CommandError:
        return json.loads(out.getvalue() or "{}"), 1
    return json.loads(out.getvalue()), 0


def test_what_has_no_certificate_gets_one_and_only_one(enrollment, tess, otto, media) -> None:
    other = completed(otto, tess)
    acme = desks.organization("Acme")
    desks.completed(acme, desks.external_course(), "Lee")
    said, _ = told("issue_certificates", "--dry-run")
    assert said == {"enrollments": 2, "learners": 1, "dry_run": True}
    assert not Certificate.objects.exists()
    said, code = told("issue_certificates", "--course", other.course.slug)
    assert (said["enrollments"], said["learners"], code) == (1, 0, 0)
    said, _ = told("issue_certificates")
    assert (said["enrollments"], said["learners"]) == (1, 1)
    said, code = told("issue_certificates")
    assert (said["enrollments"], said["learners"], code) == (0, 0, 0)
    assert Certificate.objects.count() == 3


def test_failed_prints_are_tried_again_when_asked(enrollment, media) -> None:
    row = issuing.issue(enrollment.pk)
    assert row.job_id is not None
    Job.objects.filter(pk=row.job_id).update(state="failed")
    assert "failed" not in told("issue_certificates")[0]
    assert told("issue_certificates", "--retry-failed")[0]["failed"] == 1
    row.refresh_from_db()
    assert row.job is not None
    assert row.job.state == "queued"
    assert told("issue_certificates", "--retry-failed")[0]["failed"] == 0


def test_a_code_or_a_file_is_verified(printed, tmp_path: Path) -> None:
    said, code = told("verify_certificate", printed.code.lower())
    assert (said["state"], said["recipient"], code) == ("valid", "Sam", 0)
    assert told("verify_certificate", "AAAA-AAAA") == ({"state": "unknown"}, 1)
    pdf = path_of(printed.storage_key).read_bytes()
    mine = tmp_path / "mine.pdf"
    mine.write_bytes(pdf)
    said, code = told("verify_certificate", str(mine))
    assert (said["state"], said["is_ours_unchanged"], said["seal"], code) == (
        "valid", True, "whole", 0
    )  # fmt: skip
    at = pdf.index(b"stream") + 20
    mine.write_bytes(pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :])
    said, code = told("verify_certificate", str(mine))
    assert (said["state"], said["is_ours_unchanged"], said["seal"], code) == (
        "unknown", False, "changed", 1
    )  # fmt: skip
    mine.write_bytes(b"no PDF")
    assert told("verify_certificate", str(mine))[0]["seal"] == "none"
    Certificate.objects.filter(pk=printed.pk).update(
        state="revoked", revoked_at=printed.issued_at, revoked_reason="Name of another."
    )
    said, code = told("verify_certificate", printed.code)
    assert (said["state"], said["revoked_reason"], code) == ("revoked", "Name of another.", 1)


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    desks.organization("Acme")
    desks.external_course("safety")
    path = tmp_path / "learners.csv"
    rows = "Lee,lee@acme.example,acme.example\nMia,mia@acme.example,acme.example\n"
    path.write_text(f"{desks.HEAD}{rows}Bad,no-address,acme.example\n", encoding="utf-8")
    return path


def bring(path: Path, *more: str) -> tuple[dict[str, Any], int]:
    return told(
        "import_learners", str(path), "--course", "safety", "--by", "ada@example.test", *more
    )


def test_a_dry_run_says_what_the_check_would_and_writes_nothing(ada, media, listed) -> None:
    said, code = bring(listed, "--dry-run")
    assert (said["good_rows"], said["bad_rows"], code) == (2, 1, 1)
    assert said["problems"][0]["column"] == "email"
    assert not LearnerImport.objects.exists()


def test_a_list_comes_in_once_and_whole(ada, media, listed) -> None:
    said, code = bring(listed)
    assert (said["state"], code) == ("checked", 1), "bad rows are nobody's to leave out silently"
    assert not Learner.objects.exists()
    said, code = bring(listed, "--valid-rows-only")
    assert (said["state"], said["good_rows"], said["bad_rows"], code) == ("committed", 2, 1, 0)
    again, code = bring(listed, "--valid-rows-only")
    assert (again["import"], code) == (said["import"], 0)
    assert Learner.objects.count() == 2


def test_who_may_not_or_is_not_there_is_said(ada, sam, media, listed, tmp_path: Path) -> None:
    for arguments in (
        (str(listed), "--course", "other", "--by", ada.email),
        (str(listed), "--course", "safety", "--by", sam.email),
        (str(tmp_path / "gone.csv"), "--course", "safety", "--by", ada.email),
        (str(listed), "--course", "safety", "--by", ada.email, "--organization", "no.example"),
    ):
        assert told("import_learners", *arguments) == ({}, 1)
    assert not LearnerImport.objects.exists()
