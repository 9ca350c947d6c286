"""Sends webhooks out again: one delivery, or all that an endpoint missed in a span of time."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.management.base import CommandParser
from django.utils import timezone

from tutorme.core.errors import NotFound
from tutorme.core.management.operating import OperatorCommand
from webhooks.models import Delivery, Endpoint
from webhooks.services import replaying

_MOST = timedelta(days=31)


def _moment(text: str) -> datetime:
    """ISO 8601; without a zone it is UTC."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


class Command(OperatorCommand):
    help = (
        "redeliver --delivery ID | --endpoint ID [--since 2026-11-01T00:00 --until …] [--all]: "
        "a job goes through the endpoint's log. What others send us is `replay inbox`."
    )
    changes = True

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--delivery", type=UUID)
        which.add_argument("--endpoint", type=UUID)
        parser.add_argument("--since", type=_moment, help="a month back, unless said")
        parser.add_argument("--until", type=_moment, help="now, unless said")
        parser.add_argument("--all", action="store_true", help="also what was delivered")

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        if options["delivery"]:
            return self._one(options["delivery"], dry_run=options["dry_run"])
        return self._span(options)

    def _one(self, pk: UUID, *, dry_run: bool) -> dict[str, Any]:
        row = Delivery.objects.select_related("endpoint").filter(pk=pk).first()
        if row is None:
            raise NotFound("No such delivery.")
        if not dry_run:
            row = replaying.one(row=row)
        return {"delivery": str(row.pk), "state": row.state, "dry_run": dry_run}

    def _span(self, options: dict[str, Any]) -> dict[str, Any]:
        endpoint = Endpoint.objects.filter(pk=options["endpoint"]).first()
        if endpoint is None:
            raise NotFound("No such endpoint.")
        until = options["until"] or timezone.now()
        since = options["since"] or until - _MOST
        missed = not options["all"]
        chosen = replaying.chosen(endpoint.pk, since, until, missed_only=missed).count()
        if options["dry_run"]:
            return {"chosen": chosen, "job": None, "dry_run": True}
        job = replaying.span(
            endpoint=endpoint, since=since, until=until, missed_only=missed, owner_id=None
        )
        return {"chosen": chosen, "job": str(job.pk), "dry_run": False}
