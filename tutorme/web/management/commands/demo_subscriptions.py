"""The demo's plans, told to PayPal's stand-in, and somebody who subscribed. Safe to run again."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from tutorme.core.management.operating import OperatorCommand
from tutorme.web.demo.subscribing import subscribe_the_demo


class Command(OperatorCommand):
    help = "Offers two plans and lets Otto subscribe at the stand-in, which has to run."
    alone = True

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        if not settings.SANDBOX_URL:
            raise CommandError("Only where PayPal is a stand-in: the demo agrees to payments.")
        return {"demo": subscribe_the_demo()}
