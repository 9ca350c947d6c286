"""Whose a PostgreSQL session is: the system's, or a person's who reads. Beneath Django, so that
settings and the pool can name it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import psycopg
import structlog
from psycopg import sql

log = structlog.get_logger(__name__)

ROLE = "tutorme_person"
MARK = "tutorme reads for "
_OF_NOBODY = "nobody"
_BECOME = sql.SQL(
    "SELECT set_config('role', {role}, false), set_config('tutorme.actor', {actor}, false),"
    " set_config('tutorme.staff', {staff}, false), set_config('application_name', {mark}, false)"
)
_BACK = "RESET ROLE; RESET tutorme.actor; RESET tutorme.staff; RESET application_name"


class RowSecurity(StrEnum):
    """`ROW_SECURITY`: `auto` walls where the role can be taken, `on` refuses to read without it."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


@dataclass
class Reader:
    """Who reads: "" is a visitor, None nobody yet (who it is, is being found out)."""

    actor: str | None = None
    as_staff: bool = False

    @property
    def mark(self) -> str:
        return f"{MARK}{self.actor or _OF_NOBODY}{' staff' if self.as_staff else ''}"


def reported(raw: Any) -> str:
    """Whom the session reads for, by PostgreSQL's own last word; "" for the system."""
    said = raw.info.parameter_status("application_name") or ""
    return said if said.startswith(MARK) else ""


def become(raw: Any, reader: Reader | None) -> None:
    """Role, actor and mark in one statement; all of them go back with a rolled back transaction."""
    ask(raw, _BACK if reader is None else _becoming(reader))


def _becoming(reader: Reader) -> sql.Composed:
    return _BECOME.format(
        role=sql.Literal(ROLE),
        actor=sql.Literal(reader.actor or ""),
        staff=sql.Literal("on" if reader.as_staff else ""),
        mark=sql.Literal(reader.mark),
    )


def ask(raw: Any, statement: Any) -> Any:
    """It is nobody's query, and no budget counts it."""
    return psycopg.ClientCursor(raw).execute(statement)


def returned_to_pool(raw: psycopg.Connection[Any]) -> None:
    """The pool's `reset`: the second guard, for what came back as somebody's. Where this raises,
    the pool throws the connection away."""
    if reported(raw):
        log.error("row_security.came_back_as_a_person")
        become(raw, None)
        if not raw.autocommit:
            raw.commit()
