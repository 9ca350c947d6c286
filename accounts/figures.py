"""Who came, in figures."""

from collections.abc import Iterator

from accounts.models import User
from tutorme.core.metrics import Figure, figures


@figures
def people() -> Iterator[Figure]:
    told = "Accounts that were ever made and are still there."
    yield Figure("tutorme_user_registrations", told, User.objects.count())
