"""Starts the press: one jailed child process per document."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from tempfile import TemporaryDirectory

from django.conf import settings

from tutorme.core.errors import DocumentRefused, PressUnavailable

FONTS = settings.BASE_DIR / "tutorme" / "static" / "fonts" / "fonts.conf"
# The child's own CPU limit ends what computes; this ends what merely waits.
_WALL_SECONDS = 40
_MAX_PDF = 8 * 1024 * 1024


@dataclass(frozen=True)
class Order:
    """Everything the press is told. `words` fill the placeholders of `html`; where they are None
    it has none and is printed as it stands, escaped by whoever wrote it. `drawings` are SVG texts
    by the name under which the document loads them from https://assets.invalid/; `strict` is for
    templates that are not yet trusted."""

    html: str
    css: str
    words: Mapping[str, str] | None
    lang: str
    direction: str
    title: str
    drawings: Mapping[str, str] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)
    strict: bool = False
    most_pages: int = 1


def print_document(order: Order, *, cpu_seconds: int | None = None) -> bytes:
    """The PDF; `DocumentRefused` where trying again cannot help, `PressUnavailable` where the
    machine lacks Pango."""
    with TemporaryDirectory(prefix="press-") as scratch:
        cpu_seconds = cpu_seconds or settings.RENDER_LIMITS["cpu_seconds"]
        done = _run(json.dumps(asdict(order)).encode(), scratch, cpu_seconds)
    head, _, pdf = done.stdout.partition(b"\n")
    if b"cannot load library" in done.stderr and not head:
        raise PressUnavailable
    if not head:
        raise _unanswered(done)
    answer = json.loads(head)
    if answer.get("ok"):
        return _checked(pdf)
    raise DocumentRefused(answer["detail"], reason=answer["code"])


def _unanswered(done: subprocess.CompletedProcess[bytes]) -> DocumentRefused:
    """The child ended without a word: killed by a limit, or by what the document made of it."""
    last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2][:300]
    if done.returncode < 0 or "MemoryError" in last:
        last = "Printing took more time or memory than allowed."
    return DocumentRefused(last or "The press stopped.", reason="document-failed")


def _checked(pdf: bytes) -> bytes:
    if not (pdf.startswith(b"%PDF-") and len(pdf) <= _MAX_PDF):
        raise DocumentRefused("The press gave back something else than a PDF.", reason="not-a-pdf")
    return pdf


def _run(order: bytes, scratch: str, cpu_seconds: int) -> subprocess.CompletedProcess[bytes]:
    numbers = (cpu_seconds, settings.RENDER_LIMITS["memory_mb"], os.getpid())
    try:
        return subprocess.run(  # noqa: S603  our own program, no words of anybody in its arguments
            [sys.executable, "-s", "-m", "tutorme.core.press.child", *map(str, numbers)],
            input=order,
            capture_output=True,
            check=False,
            timeout=_WALL_SECONDS,
            cwd=settings.BASE_DIR,
            env=_environment(scratch),
        )
    except subprocess.TimeoutExpired as error:
        raise DocumentRefused("Printing took too long.", reason="too-heavy") from error


def _environment(scratch: str) -> dict[str, str]:
    """Nothing of ours: no database address, no key. Only where fonts and native libraries are."""
    given = {"LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "PATH"}
    kept = {name: value for name, value in os.environ.items() if name in given}
    return {
        **kept,
        "FONTCONFIG_FILE": str(FONTS),
        "HOME": scratch,
        "XDG_CACHE_HOME": scratch,
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
