import io
import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import expect
from rest_framework.test import APIClient
from xdist.scheduler import LoadScopeScheduling

from accounts import tokens
from accounts.models import User
from realtime.streams.wakeups import hub
from tests import cast
from tests.sandbox_server import running_sandbox, sandbox  # noqa: F401  fixtures
from tutorme.core import inbox, jobs, limits, outbox
from tutorme.core.logs import logging_config

# The same examples in every run, and no example judged by the clock.
hypothesis.settings.register_profile("steady", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("steady")
# What a browser shows in the end counts, not how soon on a busy machine (milliseconds).
expect.set_options(timeout=20_000)
BUDGETS = Path(__file__).parent / "query_budgets.json"


class WholeFolders(LoadScopeScheduling):  # type: ignore[misc]
    """A file is one worker's, and so is a folder whose tests share a running system."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        folder = path.rpartition("/")[0]
        return folder if folder.rpartition("/")[2] in {"chaos", "devstack", "journeys"} else path


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> WholeFolders | None:
    return WholeFolders(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker) -> None:
    """Lets the runner empty append-only tables, in this database alone."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        cursor.execute(f"ALTER DATABASE {name} SET tutorme.throwaway = 'on'")
        cursor.execute("SET tutorme.throwaway = 'on'")


@pytest.fixture(autouse=True)
def clean_redis() -> None:
    """Every test starts with unused limits and empty queues; Redis holds nothing that matters."""
    limits.client(settings.REDIS_URL).flushdb()


@pytest.fixture(autouse=True)
def quiet_streams(request) -> Iterator[None]:
    """A browser's stream looks into the database from a thread of its own: it ends before the
    test gives its database back."""
    if "live_server" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    thread, hub.stopping = hub._thread, True
    if thread is not None:
        thread.join(timeout=30)
    hub.stopping = False


@pytest.fixture
def media(tmp_path: Path, settings) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def sam(db: None) -> User:
    return cast.person("Sam", time_zone="Africa/Lagos")


@pytest.fixture
def otto(db: None) -> User:
    return cast.person("Otto", time_zone="Europe/Stockholm")


@pytest.fixture
def tess(db: None) -> User:
    return cast.tutor("Tess", time_zone="Europe/Paris")


@pytest.fixture
def orla(db: None) -> User:
    return cast.tutor("Orla", time_zone="Europe/Dublin")


@pytest.fixture
def ada(db: None) -> User:
    return cast.person("Ada", is_staff=True, is_superuser=True)


@pytest.fixture
def api() -> Callable[[User | None], APIClient]:
    """`api(sam)` is Sam's app with a real token; `api(None)` a visitor's."""

    def client_of(user: User | None = None) -> APIClient:
        client = APIClient()
        if user is not None:
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.open_session(user).access}")
        return client

    return client_of


@pytest.fixture
def log_lines() -> Iterator[Callable[[], list[str]]]:
    """What is written from here on, formatted as production does (`LOG_FORMAT=json`)."""
    line = dict(logging_config(style="json", level="INFO")["formatters"]["line"])
    handler, root = logging.StreamHandler(io.StringIO()), logging.getLogger()
    handler.setFormatter(line.pop("()")(**line))
    before = root.level
    root.addHandler(handler)
    root.setLevel("INFO")
    yield lambda: handler.stream.getvalue().split("\n")[:-1]
    root.setLevel(before)
    root.removeHandler(handler)


@pytest.fixture
def drain() -> Callable[[], None]:
    """Does what worker and beat would: inbox, outbox and jobs until nothing is due."""

    return partial(until_quiet, jobs.run_due)


def until_quiet(run_jobs: Callable[[], int]) -> None:
    for _ in range(50):
        if not (inbox.process_due() + outbox.deliver_due() + run_jobs()):
            return
    raise AssertionError("work keeps coming: a handler or job feeds itself")


@pytest.fixture
def query_budget() -> Callable[[str], AbstractContextManager[None]]:
    """Fails when the number of queries moves; `RECORD_BUDGETS=1` writes the new figure."""

    @contextmanager
    def counted(name: str) -> Iterator[None]:
        with CaptureQueriesContext(connection) as queries:
            yield
        budgets = json.loads(BUDGETS.read_text())
        if os.environ.get("RECORD_BUDGETS"):
            budgets[name] = len(queries)
            BUDGETS.write_text(json.dumps(dict(sorted(budgets.items())), indent=2) + "\n")
        listing = "\n".join(query["sql"][:200] for query in queries)
        assert len(queries) == budgets.get(name), f"{name}: {len(queries)} queries\n{listing}"

    return counted
