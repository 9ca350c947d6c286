"""Completions that have no certificate: found, and issued by hand."""

from collections.abc import Callable
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from certificates.models import Certificate, Learner
from certificates.services import issuing
from courses.models import Enrollment
from tutorme.core import audit
from tutorme.core.errors import NotAllowed

_VERSION = OuterRef("completed_version")
HAS_ONE = Exists(Certificate.objects.filter(enrollment=OuterRef("pk"), course_version=_VERSION))
_LEARNER_HAS_ONE = Exists(
    Certificate.objects.filter(learner=OuterRef("pk"), course_version=_VERSION)
)


def enrollments() -> QuerySet[Enrollment]:
    return Enrollment.objects.filter(~Q(HAS_ONE), completed_at__isnull=False)


def learners() -> QuerySet[Learner]:
    return Learner.objects.filter(~Q(_LEARNER_HAS_ONE), state=Learner.State.COMPLETED)


def issue(*, enrollment_id: UUID, actor_id: UUID, reason: str) -> Certificate:
    return _by_hand(issuing.issue, enrollments().filter(pk=enrollment_id), actor_id, reason)


def issue_learner(*, learner_id: UUID, actor_id: UUID, reason: str) -> Certificate:
    return _by_hand(issuing.issue_learner, learners().filter(pk=learner_id), actor_id, reason)


@transaction.atomic
def _by_hand(
    issue: Callable[[UUID], Certificate],
    missing: QuerySet[Enrollment] | QuerySet[Learner],
    actor_id: UUID,
    reason: str,
) -> Certificate:
    """Only where one is missing: another edition is `issuing.reissue`, which says what it
    replaces."""
    found = missing.values_list("pk", flat=True).first()
    if found is None:
        raise NotAllowed(_("There is a certificate already, or the course is not completed."))
    made = issue(found)
    audit.record("certificate.issued_by_hand", target=made, actor_id=actor_id, reason=reason)
    return made
