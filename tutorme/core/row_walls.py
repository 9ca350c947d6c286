"""The third wall's register: every table says who sees its rows when a person only reads.

An app declares its tables in a `walls.py`, found at start; a house test finds the one that was
forgotten. What is declared here becomes PostgreSQL's policies after every `migrate`
(`tutorme.core.row_policies`), and `tutorme.core.row_security` is what puts a request behind them.

    declare(
        Walled("payments_order", f"buyer_id = {ME} OR payee_id = {ME}", staff=True),
        Closed("core_inboxmessage", "providers' words, which nobody reads on a page"),
        Open("courses_course", "the catalogue is everybody's"),
    )
"""

from dataclasses import dataclass

# Asked once a statement, not once a row. NULL for a visitor, which no column equals.
ME = "(SELECT core_actor())"
STAFF = "(SELECT core_staff())"


@dataclass(frozen=True)
class Walled:
    """`sees` is SQL over the table's own columns; `staff` adds those who run the site, where they
    read others' rows by right."""

    table: str
    sees: str
    staff: bool = False

    @property
    def predicate(self) -> str:
        return f"({self.sees}) OR {STAFF}" if self.staff else self.sees


@dataclass(frozen=True)
class Closed:
    """Nobody's to read as a person: the system's own."""

    table: str
    reason: str

    @property
    def predicate(self) -> str:
        return "false"


@dataclass(frozen=True)
class Open:
    """Not behind the wall, and why that is right, or what stands there instead."""

    table: str
    reason: str


@dataclass(frozen=True)
class Rows:
    """A function whose question is asked past the policies, for a table that would have to ask
    itself: `SELECT name()` gives the ids of what concerns the reader."""

    name: str
    sql: str

    @property
    def definition(self) -> str:
        return (
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS SETOF uuid LANGUAGE sql STABLE"
            f" SECURITY DEFINER SET search_path = public, pg_temp AS $$ {self.sql} $$"
        )


Entry = Walled | Closed | Open
_entries: dict[str, Entry] = {}
_functions: dict[str, Rows] = {}


def declare(*entries: Entry) -> None:
    for entry in entries:
        if _entries.get(entry.table, entry) != entry:
            raise ValueError(f"{entry.table} is declared twice")
        _entries[entry.table] = entry


def asks_past(*functions: Rows) -> None:
    _functions.update({one.name: one for one in functions})


def functions() -> list[Rows]:
    return [_functions[name] for name in sorted(_functions)]


def known() -> dict[str, Entry]:
    return dict(sorted(_entries.items()))


def walled() -> dict[str, Walled | Closed]:
    return {name: one for name, one in known().items() if not isinstance(one, Open)}


def own(column: str) -> str:
    return f"{column} = {ME}"


def through(column: str, parent: str) -> str:
    """Whoever sees the row it hangs on, and so those who run the site where they see that: the
    parent's own policy decides inside the question. The parent must have no column of that name.
    """
    return f"EXISTS (SELECT 1 FROM {parent} AS parent WHERE parent.id = {column})"


def owned_through(column: str, parent: str) -> str:
    """Whose the row is that it hangs on, and nobody else who sees that."""
    return f"EXISTS (SELECT 1 FROM {parent} AS p WHERE p.id = {column} AND p.user_id = {ME})"
