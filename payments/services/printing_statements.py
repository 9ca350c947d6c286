"""A month's statement as a PDF: a job whose name holds what the month says, so that a month that
moved on is printed anew and one that did not is the same file."""

import hashlib
from typing import Any

from payments.services.statements import Statement
from tutorme.core import jobs
from tutorme.core.models import Job

PRINT = "payments.print_statement"


def job_of(user: Any, found: Statement) -> Job | None:
    return Job.objects.filter(key=_key(user, found), owner_id=user.pk).first()


def ask(user: Any, found: Statement) -> Job:
    args = {
        "user_id": str(user.pk),
        "currency": found.currency,
        "month": f"{found.month:%Y-%m}",
    }
    return jobs.enqueue(PRINT, key=_key(user, found), args=args, owner_id=user.pk)


def _key(user: Any, found: Statement) -> str:
    """Names what is in it: the lines, and the words around them."""
    lines = [f"{line.at.isoformat()}{line.reference}{line.net.minor}" for line in found.lines]
    about = [user.display_name, user.locale, user.time_zone, str(found.opening.minor)]
    digest = hashlib.sha256("|".join([*about, *lines]).encode()).hexdigest()[:24]
    return f"statement:{user.pk}:{found.currency}:{found.month:%Y-%m}:{digest}"
