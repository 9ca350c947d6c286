"""The repository's own Python, as the house tests read it."""

import ast
import subprocess
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
APPS = (
    *("accounts", "payments", "courses", "booking", "certificates", "ai", "video"),
    *("webhooks", "realtime"),
)
OURS = (*APPS, "tutorme", "sandbox")


@lru_cache(maxsize=1)
def tracked() -> tuple[Path, ...]:
    """Files git knows, so that nobody's scratch file fails the build."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    return tuple(ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file())


def python(*tops: str) -> list[Path]:
    """Our modules below these folders, migrations excepted."""
    chosen = tops or OURS
    return [
        path
        for path in tracked()
        if path.suffix == ".py"
        and path.relative_to(ROOT).parts[0] in chosen
        and "migrations" not in path.parts
    ]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@lru_cache(maxsize=512)
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))
