"""The third wall: no table is forgotten, whoever steps out of it is listed, and in a world full of
private rows nobody sees another's, whatever is asked."""

import ast
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import ForeignKey

from accounts.models import TutorProfile, User
from tests import cast
from tests.accounts.conftest import second_factor, subjects  # noqa: F401  fixtures
from tests.house.private_rows import MODELS, planted
from tests.house.sources import ROOT, name_of, python
from tests.house.test_canary import world  # noqa: F401  a fixture
from tutorme.core import row_security, row_walls
from tutorme.core.row_session import ROLE
from tutorme.core.row_walls import Closed, Open, Walled

LIST = ROOT / "docs" / "row-security.md"
STEPS = {"as_system", "as_person"}
# Partly everybody's: opinions that stand, and places on boards that somebody chose to show.
SHOWN = {"booking_lessonreview", "courses_courserating", "courses_boardscore"}

# Shown to more people than what it was written about; no reading page joins the two.
NOT_JOINED = {"booking_lessonreview.booking_id", "courses_handover.enrollment_id"}


def test_every_table_says_who_sees_it() -> None:
    managed = (m for m in apps.get_models(include_auto_created=True) if m._meta.managed)
    there = {model._meta.db_table for model in managed} | {"django_migrations"}
    assert there == set(row_walls.known())
    for one in row_walls.known().values():
        if not isinstance(one, Walled):
            assert len(one.reason) > 8, one.table


def steps_out() -> Iterator[tuple[str, str, ast.Call]]:
    for path in python():
        for node in ast.walk(ast.parse(path.read_text())):
            named = node.func.id if isinstance(node, ast.Call) and hasattr(node.func, "id") else ""
            if named in STEPS and path.name != "row_security.py":
                assert isinstance(node, ast.Call)
                yield name_of(path), named, node


def reason_of(call: ast.Call) -> str:
    why = call.args[-1]
    assert isinstance(why, ast.Constant), "a reason is written where it is used"
    return str(why.value)


def test_whoever_steps_out_is_listed_with_a_reason() -> None:
    used = {(where, reason_of(call)) for where, _named, call in steps_out()}
    listed = re.findall(r"^\| `([\w/]+\.py)` \| (.+?) \|$", LIST.read_text(), re.M)
    assert used == set(listed)


def test_nobody_steps_out_in_a_generator() -> None:
    """Between two of its parts the caller would be the system."""
    for path in python():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and path.name != "row_security.py":
                inside = list(ast.walk(node))
                steps = any(isinstance(n, ast.Name) and n.id in STEPS for n in inside)
                yields = any(isinstance(n, ast.Yield | ast.YieldFrom) for n in inside)
                assert not (steps and yields), f"{name_of(path)}: {node.name}"


# What writes (an upload, a file of a teacher, a message applied again), and a look for tutors that
# sets its own limits.
IN_TRANSACTIONS = {
    "courses/views/transfers.py",
    "courses/api/files.py",
    "ai/queries/matching.py",
    "tutorme/core/api/webhook_events.py",
}


def test_what_reads_opens_no_transaction() -> None:
    """Within one of ours the system asks: a page that opened one would step out unsaid."""
    rooms = {"views", "api", "queries", "querysets"}
    found = {
        name_of(path)
        for path in python()
        if rooms & {part.removesuffix(".py") for part in path.relative_to(ROOT).parts}
        and "atomic" in path.read_text()
    }
    assert found - {"tutorme/core/api/throttling.py"} == IN_TRANSACTIONS


def seen(person: Any, table: str) -> list[dict[str, Any]]:
    """By raw SQL, as the role: no queryset in between."""
    with row_security.reading():
        row_security.begin(person)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table}")  # noqa: S608  a table of ours
            assert row_security.current() is not None
            return _named(cursor)


def rows_of(table: str) -> list[dict[str, Any]]:
    """All there are, as the system."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")  # noqa: S608  a table of ours
        return _named(cursor)


def _named(cursor: Any) -> list[dict[str, Any]]:
    columns = [column.name for column in cursor.description]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def owners(table: str, model: Any) -> list[str]:
    """The row's own columns that make it somebody's, as the register has it: `user_id = me`."""
    entry = row_walls.known()[table]
    assert isinstance(entry, Walled)
    people = {column.column for column in model._meta.local_fields if leads_to_people(column)}
    asked = re.findall(r"(\w+) = " + re.escape(row_walls.ME), entry.sees)
    return [column for column in asked if column in people]


def leads_to_people(column: Any) -> bool:
    return isinstance(column, ForeignKey) and column.related_model in (User, TutorProfile)


def is_by_owner_alone(table: str) -> bool:
    entry = row_walls.known()[table]
    assert isinstance(entry, Walled)
    return not re.search(r"EXISTS| IN |NOT |is_shown", entry.sees)


@pytest.mark.slow
@pytest.mark.django_db
def test_in_a_world_full_of_private_rows_nobody_sees_anothers(
    world: dict[str, User],  # noqa: F811
) -> None:
    planted("Pia"), planted("Quentin")
    stranger, everybody = cast.person("Stranger"), list(User.objects.filter(is_staff=False))
    empty, wrong = [], []
    for table, entry in row_walls.walled().items():
        rows = rows_of(table)
        if not rows:
            empty.append(table)
        if table not in SHOWN and (seen(stranger, table) or seen(None, table)):
            wrong.append(f"{table}: a stranger or a visitor sees rows")
        if isinstance(entry, Closed):
            wrong += [f"{table}: {p}" for p in everybody if seen(p, table)]
            continue
        for person in everybody:
            wrong += judged(table, MODELS[table], person, rows)
            wrong += hanging(MODELS[table], person)
    assert wrong == []
    assert empty == []


def hanging(model: Any, person: User) -> Iterator[str]:
    """A page that joins what a row must hang on would lose the row where that is out of sight."""
    walled = row_walls.walled()
    rows = seen(person, model._meta.db_table)
    for column in model._meta.local_fields:
        if not isinstance(column, ForeignKey) or column.null or not rows:
            continue
        parent = column.related_model._meta
        name = f"{model._meta.db_table}.{column.column}"
        if parent.db_table in walled and name not in NOT_JOINED:
            there = {row[str(parent.pk.column)] for row in seen(person, parent.db_table)}
            if any(row[str(column.column)] not in there for row in rows):
                yield f"{name}: {person.username} sees a row and not its {parent.db_table}"


def judged(table: str, model: Any, person: User, rows: list[dict[str, Any]]) -> Iterator[str]:
    key, mine = model._meta.pk.column, owners(table, model)
    visible = {row[key] for row in seen(person, table)}
    for row in rows:
        is_own = any(row[column] == person.pk for column in mine)
        if is_own and row[key] not in visible:
            yield f"{table}: {person.username} misses {row[key]}, which is theirs"
        if not is_own and row[key] in visible and mine and is_by_owner_alone(table):
            yield f"{table}: {person.username} sees {row[key]}, which is not theirs"


@pytest.mark.django_db
@pytest.mark.parametrize("table", sorted(row_walls.walled()))
def test_behind_it_and_readable_by_the_role_alone(table: str) -> None:
    """As PostgreSQL has it, not as we wish it: a policy for reading, and no right to write."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relrowsecurity, count(p.polname), min(p.polcmd::text),"
            " bool_or(has_table_privilege(%s, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE'))"
            " FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid"
            " WHERE c.oid = %s::regclass GROUP BY c.oid",
            [ROLE, table],
        )
        assert cursor.fetchone() == (True, 1, "r", False)


@pytest.mark.django_db
def test_what_is_open_is_not_behind_it() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity")
        walled = {name for (name,) in cursor.fetchall()}
    assert walled == set(row_walls.walled())
    assert not any(isinstance(row_walls.known()[name], Open) for name in walled)
