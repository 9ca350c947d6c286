"""What becomes of certificates' rows where two accounts become one. A certificate is never
rewritten, its holder included: an account that has one is the account to keep."""

from django.utils.translation import gettext_lazy as _

from certificates.models import (
    Certificate,
    CertificateTemplate,
    Delivery,
    ExternalCourse,
    LearnerImport,
    Member,
)
from tutorme.core.merging import Moves, Refuses, Stays, declare

_ACT = Stays("who did it is a fact")

declare(
    Certificate,
    "user_id",
    Refuses(
        _("It has certificates, which are never rewritten. Keep this account, and close the other.")
    ),
)
declare(Member, "user_id", Moves(once=("organization_id",)))
declare(Certificate, "revoked_by_id", _ACT)
declare(CertificateTemplate, "created_by_id", _ACT)
declare(Delivery, "requested_by_id", _ACT)
declare(ExternalCourse, "created_by_id", _ACT)
declare(LearnerImport, "created_by_id", _ACT)
declare(Member, "invited_by_id", _ACT)
