"""The job that makes a certificate's PDF."""

from datetime import timedelta
from uuid import UUID

from certificates import files
from certificates.models import Certificate
from certificates.services import issuing
from certificates.services.orders import order_of
from tutorme.core import jobs
from tutorme.core.errors import PressUnavailable
from tutorme.core.jobs import RetryJob, Run
from tutorme.core.printing import print_document


@jobs.job(issuing.RENDER, queue="render", lease=timedelta(seconds=60))
def render(run: Run, *, certificate_id: str) -> None:
    """Prints, keeps the file under its hash, then issues: killed in between, it leaves at most a
    file that the next run writes again, byte for byte."""
    certificate = Certificate.objects.select_related("template").get(pk=certificate_id)
    try:
        pdf = print_document(order_of(certificate))
    except PressUnavailable as missing:
        raise RetryJob(missing.detail) from missing
    stored = files.store(pdf)
    with run.finishing(result={"certificate_id": certificate_id, "sha256": stored.sha256}):
        issuing.mark_printed(certificate_id=UUID(certificate_id), stored=stored)
