"""What row-level security costs on a table of a million orders: docs/adr/0143.

    DATABASE_URL=… python -m bench.row_security [rows]

Works in a database of its own, as a role that owns nothing, and drops both at the end.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable

import psycopg
from psycopg import sql

from bench.run import say
from bench.servers import beside

NAME, ROLE, TIMES = "tutorme_bench_rows", "tutorme_bench_service", 2_000
MADE = """
CREATE TABLE orders (id bigint PRIMARY KEY, buyer bigint NOT NULL, payee bigint NOT NULL,
                     state text NOT NULL, amount bigint NOT NULL);
INSERT INTO orders SELECT n, n % (%(rows)s / 25), n % 1000, 'captured', 1900
  FROM generate_series(1, %(rows)s) AS n;
CREATE INDEX ON orders (buyer, id DESC);
CREATE INDEX ON orders (payee, id DESC);
CREATE TABLE staff (id bigint PRIMARY KEY);
ANALYZE orders;
"""
WALL = """
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY a_person_sees ON orders FOR SELECT USING (
    buyer = (SELECT nullif(current_setting('tutorme.actor', true), '')::bigint)
    OR payee = (SELECT nullif(current_setting('tutorme.actor', true), '')::bigint)
    OR (SELECT coalesce(current_setting('tutorme.staff', true), '') = 'on'));
"""
BECOME = (
    "SELECT set_config('role', '{role}', false), set_config('tutorme.actor', '{who}', false),"
    " set_config('tutorme.staff', '', false), set_config('application_name', 'as {who}', false)"
)
BACK = "RESET ROLE; RESET tutorme.actor; RESET tutorme.staff; RESET application_name"
OWN = "SELECT * FROM orders WHERE buyer = %s ORDER BY id DESC LIMIT 25"
ALL = "SELECT count(*), sum(amount) FROM orders WHERE state = 'captured'"
Line = psycopg.Connection[tuple[object, ...]]


def plain(line: Line, who: int) -> None:
    line.execute(OWN, [who]).fetchall()


def page(line: Line, who: int) -> None:
    """Six statements, as a page asks them."""
    for _statement in range(6):
        plain(line, who)


def walled(line: Line, who: int) -> None:
    """As `tutorme.core.row_security` has it: into the role with the first statement, and back."""
    line.execute(BECOME.format(role=ROLE, who=who))
    plain(line, who)
    line.execute(BACK)


def walled_page(line: Line, who: int) -> None:
    line.execute(BECOME.format(role=ROLE, who=who))
    page(line, who)
    line.execute(BACK)


def everything(line: Line, _who: int) -> None:
    line.execute(ALL).fetchall()


def took(ask: Callable[[Line, int], None], line: Line, times: int) -> str:
    found = []
    for turn in range(times):
        began = time.perf_counter()
        ask(line, turn * 7 % 1_000)
        found.append(1000 * (time.perf_counter() - began))
    ordered = sorted(found)
    return f"p50 {statistics.median(ordered):.3f} ms, p95 {ordered[int(0.95 * times)]:.3f} ms"


def circumstances() -> str:
    """What else the machine was doing: figures of a busy one compare with each other alone."""
    return f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"


def measure(url: str, rows: int) -> None:
    role = sql.Identifier(ROLE)
    with psycopg.connect(url, autocommit=True) as owner:
        for statement in MADE.split(";\n"):
            if statement.strip():
                owner.execute(statement.replace("%(rows)s", str(rows)))
        owner.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}").format(role))
        with psycopg.connect(url, autocommit=True) as line:
            say(f"{rows} rows, PostgreSQL {line.info.server_version // 10_000}, {circumstances()}")
            say(f"one's own 25, as the owner: {took(plain, line, TIMES)}")
            say(f"six times that: {took(page, line, TIMES)}")
            say(f"a sum over all rows, as the owner: {took(everything, line, 5)}")
            owner.execute(WALL)
            say(f"one's own 25 behind the wall, in and out: {took(walled, line, TIMES)}")
            say(f"six times that, in and out once: {took(walled_page, line, TIMES)}")
            say(f"a sum over all rows, as the owner of walled ones: {took(everything, line, 5)}")
            line.execute(sql.SQL("SET ROLE {}").format(role))
            seen = line.execute("SELECT count(*) FROM orders").fetchone()
            say(f"rows that somebody without a name sees: {seen and seen[0]}")


def main(rows: int) -> None:
    name, role = sql.Identifier(NAME), sql.Identifier(ROLE)
    drop = (
        sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name),
        sql.SQL("DROP ROLE IF EXISTS {}").format(role),
    )
    server = os.environ["DATABASE_URL"]
    with psycopg.connect(beside(server, "postgres"), autocommit=True) as line:
        for statement in drop:
            line.execute(statement)
        line.execute(sql.SQL("CREATE ROLE {}").format(role))
        line.execute(sql.SQL("CREATE DATABASE {}").format(name))
        try:
            measure(beside(server, NAME), rows)
        finally:
            for statement in drop:
                line.execute(statement)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 1_000_000)
