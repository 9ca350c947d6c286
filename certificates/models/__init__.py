from certificates.models.certificates import Certificate
from certificates.models.templates import CertificateTemplate

__all__ = ["Certificate", "CertificateTemplate"]
