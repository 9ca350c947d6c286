from certificates.models.certificates import Certificate
from certificates.models.completions import Completion
from certificates.models.deliveries import Delivery
from certificates.models.imports import ImportRow, LearnerImport
from certificates.models.learners import ExternalCourse, Learner
from certificates.models.organizations import Member, Organization
from certificates.models.templates import CertificateTemplate

__all__ = [
    "Certificate",
    "CertificateTemplate",
    "Completion",
    "Delivery",
    "ExternalCourse",
    "ImportRow",
    "Learner",
    "LearnerImport",
    "Member",
    "Organization",
]
