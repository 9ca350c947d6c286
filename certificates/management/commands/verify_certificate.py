"""Says of a code, or of a file, whether it is a certificate of ours that counts."""

import hashlib
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from certificates import queries, seals
from certificates.models import Certificate
from tutorme.core.management.operating import OperatorCommand

_FACTS = ("serial", "code", "recipient", "course", "completed_on", "issued_at", "revoked_reason")


class Command(OperatorCommand):
    help = "Verifies a certificate by its code or its PDF. Exit code 0: it counts; 1: it does not."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("certificate", help="a code as printed, or the path of a PDF")

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        path = Path(options["certificate"])
        if not path.is_file():
            return _of_code(options["certificate"])
        pdf = path.read_bytes()
        digest = hashlib.sha256(pdf).hexdigest()
        row = Certificate.objects.filter(pdf_sha256=digest).first()
        found = _of_code(row.code) if row else {"state": "unknown"}
        return {**found, "is_ours_unchanged": row is not None, "seal": seals.judged(pdf)}

    def is_wrong(self, found: dict[str, Any]) -> str:
        return "" if found["state"] == "valid" else f"It does not count: {found['state']}."


def _of_code(typed: str) -> dict[str, Any]:
    found = queries.verify(typed)
    if found is None:
        return {"state": "unknown"}
    return {"state": found.state, **{name: getattr(found, name) for name in _FACTS}}
