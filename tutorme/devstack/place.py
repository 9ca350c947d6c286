"""Where one stack keeps its data, its sockets and what it knows of itself."""

import hashlib
import os
import re
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# sockaddr_un holds 104 bytes on macOS, 108 on Linux; the longest name in it is .s.PGSQL.5432.lock.
_LONGEST_DIRECTORY = 80


class CannotGoOn(Exception):
    """One sentence for the person at the terminal; never a traceback."""


@dataclass(frozen=True)
class Place:
    """`var` holds everything; PostgreSQL of root lives in `postgres_home`, where it may read."""

    var: Path
    throwaway: bool = False

    @property
    def run(self) -> Path:
        return self.var / "run"

    @property
    def state(self) -> Path:
        return self.run / "stack.json"

    @property
    def redis_data(self) -> Path:
        return self.var / "redis"

    @property
    def sockets(self) -> Path:
        return short(self.run)

    @property
    def postgres_home(self) -> Path:
        """Holds `data`, and for root `run` too. Root's is outside a home nobody else may enter."""
        if os.geteuid() or self.throwaway:
            return self.var / "pg"
        name = self.var / "pg" / "name"
        if not name.exists():
            private(name.parent)
            name.write_text(secrets.token_hex(4))
        return Path("/var/lib/tutorme") / name.read_text()

    @property
    def postgres_sockets(self) -> Path:
        return self.sockets if os.geteuid() else short(self.postgres_home / "run")

    def prepare(self) -> None:
        for directory in (self.var, self.run, self.redis_data, self.var / "media"):
            directory.mkdir(parents=True, exist_ok=True)
        private(self.sockets)


def checkout() -> Place:
    return Place(ROOT / "var")


def temporary() -> Place:
    """A fresh place of its own; whoever asked removes `place.var`."""
    var = Path(tempfile.mkdtemp(prefix="tutorme-"))
    # PostgreSQL of root is another user's, who must be able to pass.
    var.chmod(0o700 if os.geteuid() else 0o711)
    return Place(var, throwaway=True)


def short(directory: Path) -> Path:
    """The directory itself, or a short, plain stand-in when no socket address could hold it."""
    plain = re.fullmatch(r"[\w./-]+", str(directory), re.ASCII)
    if plain and len(os.fsencode(directory)) <= _LONGEST_DIRECTORY:
        return directory
    digest = hashlib.sha256(os.fsencode(directory)).hexdigest()[:10]
    return Path(tempfile.gettempdir()) / f"tm-{os.geteuid()}-{digest}"


def private(directory: Path) -> None:
    """Makes it ours alone; refuses one that another user laid out for us."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if directory.stat().st_uid != os.geteuid():
        raise CannotGoOn(f"{directory} belongs to another user: remove it or set TMPDIR.")
    directory.chmod(0o700)
