"""Re-encrypts what is kept encrypted under the first key. Safe to stop and run again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tutorme.core import rotation


class Command(BaseCommand):
    help = "Re-encrypts stored secrets under the first of FIELD_ENCRYPTION_KEYS."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count, change nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        for column in rotation.columns():
            count = rotation.rotate(column, dry_run=options["dry_run"])
            self.stdout.write(f"{column.table}.{column.name}: {count}")
        for name, renew in rotation.elsewhere().items():
            self.stdout.write(f"{name}: {renew(dry_run=options['dry_run'])}")
