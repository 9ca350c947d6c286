"""Brings a folder or an archive in as the draft of a course."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.models import User
from courses import archives
from courses.models import Course
from courses.services import authoring, publishing, sources, transfers
from tutorme.core.management.operating import OperatorCommand


class Command(OperatorCommand):
    help = "Makes a folder or ZIP of course files the draft of a course: all of it, or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("source", type=Path)
        parser.add_argument("--instructor", metavar="EMAIL", required=True)
        parser.add_argument("--course", metavar="SLUG", help="Replace this course's draft.")
        parser.add_argument("--publish", action="store_true")

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        author = User.objects.filter(email__iexact=options["instructor"]).first()
        course = Course.objects.filter(slug=options["course"]).first()
        if author is None or (options["course"] and course is None):
            raise CommandError("There is no such person, or no such course.")
        made = self._brought(options["source"], author, course)
        if options["publish"]:
            publishing.publish(course=made, actor_id=author.pk)
        return {"course": made.slug}

    def _brought(self, source: Path, author: User, course: Course | None) -> Course:
        if source.is_dir():
            document = authoring.read_folder(source)
            stored = transfers.store_folder(source, owner_id=author.pk)
        else:
            with source.open("rb") as file:
                archive = archives.read(file)
                document = sources.read(archive.texts)
                stored = transfers.store_archive(archive, owner_id=author.pk)
        return transfers.bring_in(document=document, stored=stored, author=author, course=course)
