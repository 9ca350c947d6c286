"""How a program of ours ends that was started with settings nobody can mean."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ImproperlyConfigured


class Misconfigured(ImproperlyConfigured):
    """Each variable that is wrong, a sentence a line."""


@contextmanager
def spoken(*, code: int) -> Iterator[None]:
    """Around whatever reads the settings first: a wrong variable ends the program with its
    sentence, which says more than a traceback."""
    try:
        yield
    except Misconfigured as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(code) from None
