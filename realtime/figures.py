"""Mail, in figures."""

from collections.abc import Iterator

from django.db.models import Count

from realtime.models import MailDelivery
from tutorme.core.metrics import Figure, figures


@figures
def mails() -> Iterator[Figure]:
    told = "Mails by state; an unknown one may have arrived, a person decides."
    for row in MailDelivery.objects.order_by().values("state").annotate(count=Count("pk")):
        yield Figure("tutorme_mails", told, row["count"], state=row["state"])
