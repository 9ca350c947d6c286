"""Brings PayPal's plans in line with ours. Safe to run twice, and twice at once."""

from collections.abc import Iterator
from typing import Any

from payments.services import plans
from tutorme.core.management.operating import OperatorCommand


class Command(OperatorCommand):
    help = "Creates at PayPal the plans it lacks and closes those with an old price."
    changes = True

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        steps = plans.pending() if options["dry_run"] else plans.sync()
        return {"steps": [step.as_json() for step in steps], "dry_run": options["dry_run"]}

    def lines(self, found: dict[str, Any]) -> Iterator[str]:
        words = "would " if found["dry_run"] else ""
        for step in found["steps"]:
            line = f"{words}{step['action']} {step['plan']}, price {step['price']}"
            yield f"{line}: {step['problem']}" if step["problem"] else line
        if not found["steps"]:
            yield "PayPal's plans are in line."

    def is_wrong(self, found: dict[str, Any]) -> str:
        refused = any(step["problem"] for step in found["steps"])
        return "PayPal refused some of it." if refused else ""
