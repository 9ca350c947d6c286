"""Brings PayPal's plans in line with ours. Safe to run twice, and twice at once."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from payments.services import plans
from tutorme.core.gateways import GatewayMisconfigured, GatewayUnavailable


class Command(BaseCommand):
    help = "Creates at PayPal the plans it lacks and closes those with an old price."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be done")
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            steps = plans.pending() if options["dry_run"] else plans.sync()
        except (GatewayUnavailable, GatewayMisconfigured) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps([step.as_json() for step in steps]))
        else:
            self._tell(steps, will=options["dry_run"])
        if any(step.problem for step in steps):
            raise CommandError("PayPal refused some of it.")

    def _tell(self, steps: list[plans.Step], *, will: bool) -> None:
        for step in steps:
            words = "would " if will else ""
            line = f"{words}{step.action} {step.plan}, price {step.price}"
            self.stdout.write(f"{line}: {step.problem}" if step.problem else line)
        if not steps:
            self.stdout.write("PayPal's plans are in line.")
