"""The background's work: list it, stop it, run it again."""

from typing import Any
from uuid import UUID

from django.core.management.base import CommandParser

from tutorme.core import jobs
from tutorme.core.errors import NotFound
from tutorme.core.management.operating import OperatorCommand
from tutorme.core.models import Job


class Command(OperatorCommand):
    help = "jobs ls [--state failed] [--kind …] | jobs cancel ID | jobs retry ID"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("action", choices=["ls", "cancel", "retry"])
        parser.add_argument("job", nargs="?", type=UUID)
        parser.add_argument("--state", default="", choices=["", *Job.State.values])
        parser.add_argument("--kind", default="")
        parser.add_argument("--limit", type=int, default=50)

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        if options["action"] == "ls":
            return {"jobs": _listed(options)}
        row = Job.objects.filter(pk=options["job"]).first()
        if row is None:
            raise NotFound("No such job: give the id that `jobs ls` shows.")
        done = jobs.cancel(row) if options["action"] == "cancel" else jobs.retry(row)
        return {"job": str(done.pk), "state": done.state, "cancel_requested": done.cancel_requested}


def _listed(options: dict[str, Any]) -> list[dict[str, Any]]:
    wanted = {name: options[name] for name in ("state", "kind") if options[name]}
    rows = Job.objects.filter(**wanted).order_by("-id")[: max(1, min(options["limit"], 1000))]
    columns = ("id", "kind", "state", "step", "done", "total", "attempts", "created_at", "error")
    return list(rows.values(*columns))
