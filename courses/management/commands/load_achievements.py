"""Gives a site the achievements it begins with."""

from typing import Any

from django.core.management.base import BaseCommand

from courses.services import achievement_catalogue


class Command(BaseCommand):
    help = "Adds the achievements of courses/achievements.yaml that are missing, active."

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(f"added: {achievement_catalogue.load()}")
