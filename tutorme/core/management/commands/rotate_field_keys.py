"""Re-encrypts what is kept encrypted under the first key. Safe to stop and run again."""

from typing import Any

from tutorme.core import rotation
from tutorme.core.management.operating import OperatorCommand


class Command(OperatorCommand):
    help = "Re-encrypts stored secrets under the first of FIELD_ENCRYPTION_KEYS."
    changes = True

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        """By column or other place: how many values were under an older key."""
        dry_run = options["dry_run"]
        found: dict[str, Any] = {
            f"{column.table}.{column.name}".replace('"', ""): rotation.rotate(
                column, dry_run=dry_run
            )
            for column in rotation.columns()
        }
        for name, renew in rotation.elsewhere().items():
            found[name] = renew(dry_run=dry_run)
        return found
