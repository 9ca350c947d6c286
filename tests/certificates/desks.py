"""Two organisations that must not hear of each other."""

from datetime import UTC, datetime

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import User
from certificates.models import ExternalCourse, Learner, Member, Organization

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
