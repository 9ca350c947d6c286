"""Keeps the stand-in's memory in a file, so that plans and payments outlive a restart.

`SANDBOX_STATE` names the file; without it (in tests) nothing is kept. It is ours alone: written by
this program, read by this program.
"""

import asyncio
import contextlib
import os
import pickle
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sandbox.paypal.state import Bounded, memory

_EVERY_S = 2.0
# Raised when what is kept changes its form.
_FORM = 2
_KEPT = ("orders", "invoices", "payouts", "products", "plans", "subscriptions", "disputes")


@asynccontextmanager
async def kept() -> AsyncIterator[None]:
    file = os.environ.get("SANDBOX_STATE")
    if not file:
        yield
        return
    _load(Path(file))
    writing = asyncio.create_task(_write_now_and_then(Path(file)))
    try:
        yield
    finally:
        writing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await writing
        _write(Path(file), b"")


async def _write_now_and_then(file: Path) -> None:
    written = b""
    while True:
        await asyncio.sleep(_EVERY_S)
        written = _write(file, written)


def _write(file: Path, before: bytes) -> bytes:
    with memory.lock:
        rows = {name: dict(getattr(memory, name)) for name in _KEPT}
        content = pickle.dumps({"form": _FORM, **rows})
    if content != before:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_suffix(".new")
        draft.write_bytes(content)
        draft.replace(file)
    return content


def _load(file: Path) -> None:
    """A file of an older form is left behind: the stand-in then starts empty."""
    try:
        found = pickle.loads(file.read_bytes())  # noqa: S301  our own file
    except (OSError, pickle.UnpicklingError, AttributeError, ImportError, EOFError):
        return
    if found.get("form") != _FORM:
        return
    with memory.lock:
        for name in _KEPT:
            kept_rows: Bounded = getattr(memory, name)
            kept_rows.update(found.get(name, {}))
