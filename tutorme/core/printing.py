"""Starts the press: jailed child processes that print documents."""

import hashlib
import json
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from importlib.metadata import version
from tempfile import TemporaryDirectory, TemporaryFile

from django.conf import settings

from tutorme.core import turns
from tutorme.core.errors import DocumentRefused, DomainError, PressUnavailable

FONTS = settings.BASE_DIR / "tutorme" / "static" / "fonts" / "fonts.conf"
# The child's own CPU limit ends what computes; this ends what merely waits.
_WALL_SECONDS = 40
_MAX_PDF = 8 * 1024 * 1024
_LENGTH = struct.Struct(">I")
# Of our own part of the engine: counts up with every change that makes other bytes.
_PRESS = 3
_FAILED, _NO_PDF = "document-failed", "not-a-pdf"
# Of the process perhaps, not of the document.
_OWN_FAULTS = frozenset({_FAILED, _NO_PDF})


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
    """The PDF, by a child of its own: for templates that are not trusted yet. `DocumentRefused`
    where trying again cannot help, `PressUnavailable` where the machine lacks Pango."""
    child = Child(cpu_seconds or settings.RENDER_LIMITS["cpu_seconds"])
    try:
        return child.print(order)
    finally:
        child.end()


def print_each(orders: Iterable[Order], *, cpu_seconds: int) -> Iterator[bytes | DomainError]:
    """One after the other by one child, each within the limits of one document; or why not, and the
    next goes on. For documents of one design that is not trusted yet: what one of them does to the
    child reaches its own kind alone, and a child that ended is followed by another."""
    child: Child | None = None
    try:
        for order in orders:
            if child is None or not child.is_alive():
                if child is not None:
                    child.end()
                child = Child(cpu_seconds)
            try:
                yield child.print(order)
            except (DocumentRefused, PressUnavailable) as refusal:
                yield refusal
    finally:
        if child is not None:
            child.end()


class Press:
    """A child that stays, for the many documents of templates that were proved: starting one and
    reading the fonts takes thirty times as long as a page. Whatever goes wrong in it, the document
    is tried once more in a child of its own, so that it fails for its own reasons alone."""

    def __init__(self, *, most_documents: int = 500) -> None:
        self._most = most_documents
        self._child: Child | None = None
        self._printed = 0
        self._pango = ""
        self._lock = threading.Lock()

    def print_document(self, order: Order) -> bytes:
        """As the function of that name does; one at a time."""
        with self._lock, turns.taken():
            try:
                return self._by(self._warm(), order)
            except DocumentRefused as refusal:
                if refusal.extras["reason"] not in _OWN_FAULTS:
                    raise
                self.close()
            alone = Child(settings.RENDER_LIMITS["cpu_seconds"])
            try:
                return self._by(alone, order)
            finally:
                alone.end()

    def _by(self, child: "Child", order: Order) -> bytes:
        pdf = child.print(order)
        self._pango = child.pango
        return pdf

    def engine(self) -> str:
        """Names what printed the last document: of one engine the same order gives the same
        bytes. Empty before the first."""
        return f"{_engine()}, pango {self._pango}" if self._pango else ""

    def _warm(self) -> "Child":
        if self._child is None or self._printed >= self._most or not self._child.is_alive():
            self.close()
            self._child, self._printed = Child(settings.RENDER_LIMITS["cpu_seconds"]), 0
        self._printed += 1
        return self._child

    def close(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None


class Child:
    """One process of the press, from its start to its end."""

    def __init__(self, cpu_seconds: int) -> None:
        self.pango = ""
        self._scratch = TemporaryDirectory(prefix="press-")
        self._errors = TemporaryFile()  # noqa: SIM115  open as long as the process
        numbers = (cpu_seconds, settings.RENDER_LIMITS["memory_mb"], os.getpid())
        self._process = subprocess.Popen(  # noqa: S603  our own program, nobody's words in it
            [sys.executable, "-s", "-m", "tutorme.core.press.child", *map(str, numbers)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=settings.BASE_DIR,
            env=_environment(self._scratch.name),
        )

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def print(self, order: Order) -> bytes:
        clock = threading.Timer(_WALL_SECONDS, self._process.kill)
        clock.start()
        try:
            self._send(json.dumps(asdict(order)).encode())
            head, pdf = self._received(), self._received()
        except (OSError, EOFError) as error:
            raise self._unanswered() from error
        finally:
            clock.cancel()
        answer = json.loads(head)
        if answer.get("ok"):
            self.pango = str(answer["pango"])
            return _checked(pdf)
        raise DocumentRefused(answer["detail"], reason=answer["code"])

    def _send(self, message: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(_LENGTH.pack(len(message)) + message)
        self._process.stdin.flush()

    def _received(self) -> bytes:
        assert self._process.stdout is not None
        head = self._process.stdout.read(_LENGTH.size)
        if len(head) < _LENGTH.size:
            raise EOFError
        (length,) = _LENGTH.unpack(head)
        if length > _MAX_PDF:
            raise EOFError
        body = self._process.stdout.read(length)
        if len(body) < length:
            raise EOFError
        return body

    def _unanswered(self) -> DomainError:
        """It ended without a word: killed by a limit, or by what the document made of it."""
        self._process.kill()
        code = self._process.wait()
        self._errors.seek(0)
        told = self._errors.read()
        if b"cannot load library" in told:
            return PressUnavailable()
        last = told.decode(errors="replace").strip().rpartition("\n")[2][:300]
        if code < 0 or "MemoryError" in last:
            last = "Printing took more time or memory than allowed."
        return DocumentRefused(last or "The press stopped.", reason=_FAILED)

    def end(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._errors.close()
        self._scratch.cleanup()


def _checked(pdf: bytes) -> bytes:
    if not pdf.startswith(b"%PDF-"):
        raise DocumentRefused("The press gave back something else than a PDF.", reason=_NO_PDF)
    return pdf


@lru_cache(maxsize=1)
def press() -> Press:
    """This process's own. A child is started with the first document."""
    return Press()


@lru_cache(maxsize=1)
def _engine() -> str:
    fonts = hashlib.sha256()
    for path in sorted((FONTS.parent / "print").iterdir()):
        fonts.update(path.name.encode() + path.read_bytes())
    python = ".".join(map(str, sys.version_info[:2]))
    drawn_by = f"weasyprint {version('weasyprint')}, python {python}, press {_PRESS}"
    return f"{drawn_by}, fonts {fonts.hexdigest()[:12]}"


def _environment(scratch: str) -> dict[str, str]:
    """Nothing of ours: no database address, no key. Only where fonts and native libraries are."""
    given = {"LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "PATH", "PYTHONPYCACHEPREFIX"}
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
