"""Looks at every promise now. Ends with status 1 where one is broken."""

from typing import Any

from tutorme.core import invariants
from tutorme.core.management.operating import OperatorCommand


class Command(OperatorCommand):
    help = "Checks what must always be true (ledger, slots, points, certificates, queues)."

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        broken = invariants.check_all()
        return {name: broken.get(name, []) or "holds" for name in invariants.known()}

    def is_wrong(self, found: dict[str, Any]) -> str:
        broken = [name for name, told in found.items() if told != "holds"]
        return f"Broken: {', '.join(broken)}" if broken else ""
