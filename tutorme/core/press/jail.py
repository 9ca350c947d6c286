"""Walls around a process that is about to read a template somebody edited.

The process walls itself in before it reads its order, so that no line of ours runs between fork
and exec in the worker. Python-level time limits cannot end a native call; these can.
"""

import ctypes
import os
import resource
import signal
import sys
from typing import Any

_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_OPEN_FILES = 64
_FILE_BYTES = 32 * 1024 * 1024
_DENIED = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "pty.")
_DENIED_CHANGES = frozenset(
    {"os.remove", "os.rename", "os.link", "os.symlink", "os.chmod", "os.chown", "os.truncate"}
)


def limit(*, memory_mb: int) -> None:
    for what, amount in (
        (resource.RLIMIT_AS, memory_mb * 1024 * 1024),
        (resource.RLIMIT_FSIZE, _FILE_BYTES),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (amount, amount))


def allow_cpu(seconds: int) -> None:
    """From now on so much, and not a second more."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    until = int(spent.ru_utime + spent.ru_stime) + 1 + seconds
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (until, most))


def die_with_parent(parent: int) -> None:
    """A killed worker leaves no child behind that goes on burning its core."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def leave_network() -> bool:
    """An empty network namespace where the kernel grants one; the audit hook holds in any case."""
    if sys.platform != "linux":
        return False
    return bool(ctypes.CDLL(None).unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0)


def refuse(readable: tuple[str, ...]) -> None:
    """From here on Python code opens no socket, starts no process, changes no file, and reads
    only below `readable`. There is no way back."""
    roots = tuple(os.path.realpath(root) + os.sep for root in readable)

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event.startswith(_DENIED) or event in _DENIED_CHANGES:
            raise PermissionError(f"{event} is refused here")
        if event == "open" and not _may_open(args, roots):
            raise PermissionError(f"opening {args[0]!r} is refused here")

    sys.addaudithook(hook)


def _may_open(args: tuple[Any, ...], roots: tuple[str, ...]) -> bool:
    path, _, flags = args
    if isinstance(path, int):
        return True
    if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND):
        return False
    return os.path.realpath(os.fsdecode(path)).startswith(roots)
