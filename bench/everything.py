"""`make bench`: every measurement, one after the other, on one server, and a page of figures.

    SCALE=0.1 python -m bench.everything [name …]

`DATABASE_URL` and `REDIS_URL` name servers to measure on (databases of its own are made there and
dropped); without them it starts some, like `make test`, that do not wait for the disk. SCALE=1 is
the data set of the design: 20,000 courses, a million learners. `WRITE=1` puts the figures into
docs/bench.md, part by part.
"""

import contextlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql

from bench.run import say
from bench.servers import NAME, ROOT, beside, database
from tutorme.devstack import environment, place, stack

TEMPLATE = "tutorme_bench_migrated"
PAGE = ROOT / "docs" / "bench.md"
MARK = "<!-- figures -->\n"


def parts(scale: float) -> dict[str, tuple[str, list[str]]]:
    """By name: what it is called on the page, and the module with its arguments."""

    def of(count: int, least: int) -> str:
        return str(max(least, int(count * scale)))

    return {
        "run": ("The everyday requests", ["bench.run"]),
        "contention": ("Many at the same times", ["bench.contention", of(10_000, 500)]),
        "boards": ("Boards and analytics", ["bench.boards", of(1_000_000, 6_000)]),
        "free_times": ("Tutors who are free at a time", ["bench.free_times", of(20_000, 200)]),
        "matching": ("Matching", ["bench.matching", of(20_000, 500)]),
        "streams": ("Open pages", ["bench.streams", of(1_000, 50)]),
        "learner_lists": ("A list of learners", ["bench.learner_lists"]),
        "certificates": ("Certificates", ["bench.certificates", "--documents", of(1_000, 100)]),
        "start": ("The start of `make run`", ["bench.start"]),
    }


@contextlib.contextmanager
def servers() -> Iterator[dict[str, str]]:
    if os.environ.get("DATABASE_URL"):
        yield dict(os.environ)
        return
    where = place.temporary()
    try:
        with stack.data_servers(where, {}):
            yield {**os.environ, **environment.data(where, {}), **environment.machine()}
    finally:
        shutil.rmtree(where.var, ignore_errors=True)


def migrated(env: dict[str, str]) -> None:
    """The tables once, for all parts to copy."""
    name = sql.Identifier(TEMPLATE)
    with psycopg.connect(beside(env["DATABASE_URL"], "postgres"), autocommit=True) as line:
        line.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        line.execute(sql.SQL("CREATE DATABASE {}").format(name))
    command = [sys.executable, "manage.py", "migrate", "-v", "0"]
    own = {**env, "DATABASE_URL": beside(env["DATABASE_URL"], TEMPLATE)}
    subprocess.run(command, env=own, cwd=ROOT, check=True)  # noqa: S603  our own words


def forget(env: dict[str, str]) -> None:
    with psycopg.connect(beside(env["DATABASE_URL"], "postgres"), autocommit=True) as line:
        for name in (NAME, TEMPLATE):
            words = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            line.execute(words.format(sql.Identifier(name)))


def measured(words: list[str], env: dict[str, str]) -> str:
    """What the part printed; what it complained about goes to the terminal."""
    command = [sys.executable, "-m", *words]
    if words[0] == "bench.run":
        return told(command, env)
    os.environ["BENCH_TEMPLATE"] = TEMPLATE
    with database(env["DATABASE_URL"]) as url, tempfile.TemporaryDirectory() as media:
        return told(command, {**env, "DATABASE_URL": url, "MEDIA_ROOT": media})


def told(command: list[str], env: dict[str, str]) -> str:
    done = subprocess.run(  # noqa: S603  our own words
        command, env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
    )
    failed = "" if done.returncode == 0 else f"\n**ended with code {done.returncode}**"
    return done.stdout.strip() + failed


def machine(scale: float) -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} CPUs, PostgreSQL and the clients on them"
        f" too, {memory:.0f} GB, Python {platform.python_version()}, SCALE={scale:g}."
    )


def main(chosen: list[str]) -> int:
    scale = float(os.environ.get("SCALE", "0.1"))
    wanted = {name: part for name, part in parts(scale).items() if not chosen or name in chosen}
    failed = False
    with servers() as given:
        settings = {"DJANGO_SETTINGS_MODULE": "tutorme.settings.base", "DEBUG": "0"}
        env = {"SECRET_KEY": "bench " * 10, **given, **settings, "BENCH_TEMPLATE": TEMPLATE}
        migrated(env)
        try:
            for title, words in wanted.values():
                figures = measured(words, env)
                failed |= "**ended with code" in figures
                section = section_of(title, words, figures, scale)
                say(f"\n{section}")
                if os.environ.get("WRITE"):
                    write(title, section)
        finally:
            forget(env)
    return int(failed)


def section_of(title: str, words: list[str], figures: str, scale: float) -> str:
    plain = figures if "\n|---" in figures else f"```\n{figures}\n```"
    return f"## {title}\n\n`python -m {' '.join(words)}`. {machine(scale)}\n\n{plain}"


def write(title: str, section: str, page: Path = PAGE) -> None:
    """In the place of the part's figures of before; those of the others stay."""
    kept, _mark, figures = page.read_text().partition(MARK)
    known = {
        part.partition("\n")[0]: f"## {part.strip()}" for part in f"\n{figures}".split("\n## ")[1:]
    }
    known[title] = section
    titles = [name for name, _words in parts(1).values()]
    ordered = "\n\n".join(known[name] for name in titles if name in known)
    page.write_text(f"{kept}{MARK}\n{ordered}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
