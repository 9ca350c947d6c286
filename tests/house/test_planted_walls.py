"""Two worlds with a row in every walled table: by raw SQL as the role, the people of one see all
of theirs and nothing of the other's. The controls open and shut each wall, and it is noticed."""

from collections.abc import Callable

import pytest
from django.db import connection

from accounts.models import User
from tests import cast
from tests.house.private_rows import MODELS, World, planted
from tests.house.test_walls import hanging, judged, rows_of, seen
from tutorme.core import row_walls
from tutorme.core.row_walls import Closed

pytestmark = pytest.mark.django_db
# What a policy says where only those who run the site look.
_NOBODYS = "false"


@pytest.fixture
def worlds() -> list[World]:
    return [planted("Pia"), planted("Quentin")]


def is_somebodys(table: str) -> bool:
    entry = row_walls.walled()[table]
    return not isinstance(entry, Closed) and entry.sees != _NOBODYS


def visible(table: str, *people: User | None) -> set[object]:
    key = str(MODELS[table]._meta.pk.column)
    return {row[key] for person in people for row in seen(person, table)}


def wrong(table: str, worlds: list[World]) -> list[str]:
    found = []
    for world in worlds:
        reach = visible(table, *world.people)
        mine = world.own[table] if is_somebodys(table) else set()
        if mine - reach:
            found.append(f"{table}: {world.name}'s miss what is theirs")
        if reach - mine:
            found.append(f"{table}: {world.name}'s see what is not theirs")
    return found


def test_every_table_has_a_row_of_each(worlds: list[World]) -> None:
    assert [table for world in worlds for table, own in world.own.items() if not own] == []


def test_two_worlds_see_themselves_and_not_each_other(worlds: list[World]) -> None:
    assert [told for table in row_walls.walled() for told in wrong(table, worlds)] == []


def test_a_stranger_and_a_visitor_see_nothing(worlds: list[World]) -> None:
    stranger = cast.person("Stranger")
    assert [table for table in row_walls.walled() if visible(table, stranger, None)] == []


def test_staff_sees_what_the_register_gives_them(worlds: list[World], ada: User) -> None:
    """Also where they would come by way of what the row hangs on."""
    found = []
    for table, entry in row_walls.walled().items():
        by_right = not isinstance(entry, Closed) and entry.staff
        own = {key for world in worlds for key in world.own[table]}
        if visible(table, ada) & own != (own if by_right else set()):
            found.append(table)
    assert found == []


def test_of_two_who_share_each_sees_their_own(worlds: list[World]) -> None:
    """What is the student's alone, the tutor of the same world does not see, and the reverse."""
    people = [person for world in worlds for person in world.people]
    found: list[str] = []
    for table in filter(is_somebodys, row_walls.walled()):
        rows = rows_of(table)
        for person in people:
            found += judged(table, MODELS[table], person, rows)
            found += hanging(MODELS[table], person)
    assert found == []


@pytest.mark.parametrize(
    ("predicate", "said", "concerns"),
    [("true", "see", lambda _table: True), ("false", "miss", is_somebodys)],
)
def test_control_each_wall_that_is_opened_or_shut_is_noticed(
    worlds: list[World], predicate: str, said: str, concerns: Callable[[str], bool]
) -> None:
    unnoticed = []
    for table in filter(concerns, row_walls.walled()):
        kept = row_walls.walled()[table].predicate
        change(table, predicate)
        if not any(said in told for told in wrong(table, worlds)):
            unnoticed.append(table)
        change(table, kept)
    assert unnoticed == []


def change(table: str, predicate: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER POLICY a_person_sees ON {table} USING ({predicate})")
