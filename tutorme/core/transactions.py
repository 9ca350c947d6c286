"""Guards around transactions: no network inside one, and the database's word made ours."""

import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from django.db import IntegrityError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from tutorme.core import patience, row_security
from tutorme.core.errors import DomainError

P = ParamSpec("P")
R = TypeVar("R")


class NetworkInsideTransaction(RuntimeError):
    """A programming error: a lock would be held for as long as a provider pleases."""


def in_transaction() -> bool:
    """Whether our own code holds a transaction open (a test case's wrapper does not count)."""
    return any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)


def outside_transaction(service: Callable[P, R]) -> Callable[P, R]:
    """For services that talk to a provider: they are made of atomic services around the call."""

    @functools.wraps(service)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        refuse_transaction(service.__qualname__)
        return service(*args, **kwargs)

    return guarded


def refuse_transaction(what: str) -> None:
    if in_transaction():
        raise NetworkInsideTransaction(f"{what} talks to the network inside a transaction")


def hold_nothing(line: BaseDatabaseWrapper = connection) -> None:
    """Before a wait for somebody else: in processes that serve people this thread's connection
    goes back to the pool, so that a slow provider takes none from those who do not need it. What
    was read is read: rows are fetched whole, but for `iterator()`, which no request
    uses around a call."""
    is_lent = "pool" in line.settings_dict.get("OPTIONS", {})
    if is_lent and patience.serves_people() and not line.in_atomic_block:
        row_security.give_back(line)


@contextmanager
def constraints(errors: Mapping[str, DomainError | type[DomainError]]) -> Iterator[None]:
    """Raises the domain error mapped to a violated constraint's name, so that a lost race and
    an ordinary clash give one answer. To be entered outside the atomic block it guards."""
    try:
        yield
    except IntegrityError as violation:
        error = errors.get(violated_constraint(violation) or "")
        if error is None:
            raise
        raise error from violation


def violated_constraint(violation: IntegrityError) -> str | None:
    diagnostics = getattr(violation.__cause__, "diag", None)
    return getattr(diagnostics, "constraint_name", None)
