"""Migrations give way soon and may take long; what comes after them waits as ever."""

import re
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models.signals import pre_migrate

from tests.house.sources import ROOT
from tutorme.core import migrating

pytestmark = pytest.mark.django_db
NAMES = ("lock_timeout", "statement_timeout")


def limits() -> dict[str, str]:
    with connection.cursor() as cursor:
        found = {}
        for name in NAMES:
            cursor.execute(f"SHOW {name}")
            found[name] = cursor.fetchone()[0]
        return found


def test_while_they_run_and_afterwards() -> None:
    before, during = limits(), []

    def look(app_config: Any, **_: Any) -> None:
        during.append(limits())

    pre_migrate.connect(look)
    try:
        call_command("migrate", verbosity=0)
    finally:
        pre_migrate.disconnect(look)
    assert during[-1] == {"lock_timeout": "2s", "statement_timeout": "0"}
    assert limits() == before


def test_they_give_way_before_people_give_up() -> None:
    source = (ROOT / "tutorme/settings/base.py").read_text()
    people = re.search(r"lock_timeout=(\d+)", source)
    assert people
    assert int(people[1]) > migrating.LOCK_MS
