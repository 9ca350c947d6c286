"""Two organisations that must not hear of each other."""

from datetime import UTC, datetime

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import User
from certificates import files
from certificates.models import Certificate, ExternalCourse, Learner, Member, Organization
from certificates.services import imports, issuing
from tutorme.core import jobs

# Stands in everything of the second organisation's; it may be nowhere in what the first reads.
CANARY = "kanarienvogel"
HEAD = "name,email,organization_website\n"


def organization(name: str, **facts: object) -> Organization:
    website = f"{name.lower()}.example"
    return Organization.objects.create(
        name=name,
        website=website,
        contact_name=f"Desk of {name}",
        contact_email=f"sop@{website}",
        **facts,
    )


def seat(organization: Organization, user: User, role: str = "owner") -> Member:
    return Member.objects.create(
        organization=organization,
        email=user.email,
        user=user,
        role=role,
        joined_at=timezone.now(),
    )


def external_course(external_id: str = "course-123") -> ExternalCourse:
    return ExternalCourse.objects.create(
        external_id=external_id, name=f"Safety at Work {external_id}", total_minutes=90
    )


def learner(organization: Organization, course: ExternalCourse, name: str, **facts: object):
    return Learner.objects.create(
        organization=organization,
        course=course,
        name=name,
        email=f"{name.lower().replace(' ', '.')}@{organization.website}",
        **facts,
    )


def completed(organization: Organization, course: ExternalCourse, name: str) -> Learner:
    return learner(
        organization,
        course,
        name,
        state="completed",
        completed_at=datetime(2026, 11, 20, 12, tzinfo=UTC),
        completed_version=course.version,
    )


def sheet(text: str, *, encoding: str = "utf-8", name: str = "learners.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode(encoding), content_type="text/csv")


def rows(count: int, website: str) -> str:
    people = (f"Learner {n},learner{n}@{website},{website}\n" for n in range(count))
    return HEAD + "".join(people)


def issue(learner: Learner) -> Certificate:
    """As its job does it, with a file that did not need the press."""
    certificate = issuing.issue_learner(learner.pk)
    claimed = jobs._claim(certificate.job_id)  # type: ignore[arg-type]
    assert claimed is not None
    stored = files.store(f"%PDF-1.7 {certificate.serial}".encode())
    with jobs.Run(claimed, jobs.kinds()[issuing.RENDER]).finishing():
        issuing.mark_printed(certificate_id=certificate.pk, stored=stored)
    certificate.refresh_from_db()
    return certificate


class Side:
    """One organisation with everything an organisation has."""

    def __init__(self, name: str, user) -> None:
        self.organization = organization(name)
        self.seat = seat(self.organization, user)
        self.course = external_course(f"course-{name.lower()}")
        self.learner = completed(self.organization, self.course, f"Ines {name}")
        self.failed = learner(
            self.organization, self.course, f"Fay {name}", state="failed", last_error=name
        )
        self.certificate = issue(self.learner)
        self.batch = imports.start(
            course=self.course,
            organization=self.organization,
            actor_id=user.pk,
            data=rows(2, self.organization.website).encode(),
        )
        jobs.run_due()
