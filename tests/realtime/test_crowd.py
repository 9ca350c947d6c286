"""Many streams on one process: bounded in memory, in connections and in lateness; and all of them
catch up when the process is killed. The bench does it with a thousand."""

import asyncio
from typing import Any

import pytest
from django.db import connection

from accounts import tokens
from bench.streams import Listener, free_port, latencies, memory_mb, stream_server, until
from realtime.services import channels
from tests import cast
from tests.realtime.servers import on_test_database

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.processes,
    pytest.mark.slow,
]
PEOPLE = 120


def say() -> tuple[str, int]:
    said = {"course_id": "0198aaaa-0000-7000-8000-000000000000", "title": "x", "url": ""}
    try:
        return "notifications", channels.publish("notifications", "course-published", said)
    finally:
        connection.close()


def environment() -> dict[str, str]:
    """At the usual pace: in a hurry, a crowd only asks again and again whether it may stay."""
    return on_test_database(DJANGO_SETTINGS_MODULE="tutorme.settings.test")


def connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


@pytest.fixture
def listeners(db: None) -> list[Listener]:
    people = [cast.person(f"Reader{number}") for number in range(PEOPLE)]
    return [Listener(tokens.open_session(each).access) for each in people]


def test_many_streams_cost_little_and_hear_soon(listeners) -> None:
    async def story() -> tuple[float, float, list[float]]:
        port = free_port()
        with stream_server(port, environment()) as process:
            first = asyncio.create_task(listeners[0].follow(port))
            await until(lambda: listeners[0].hellos, 120)
            alone = memory_mb(process.pid)
            rest = [asyncio.create_task(each.follow(port)) for each in listeners[1:]]
            await until(lambda: all(each.hellos for each in listeners), 120)
            times = await latencies(listeners, say)
            crowded = memory_mb(process.pid)
            for task in (first, *rest):
                task.cancel()
        return alone, crowded, times

    alone, crowded, times = asyncio.run(story())
    # 0.15 MB a stream were measured; a database connection each would be ten times that.
    assert crowded - alone < PEOPLE * 0.6
    # Not how fast on this machine (`bench.streams` says that), but that people are woken and do
    # not wait for the next look every five seconds.
    assert sorted(times)[len(times) // 2] < 3
    assert connections() < 20


def test_all_catch_up_when_the_server_is_killed(listeners) -> None:
    """`kill -9` in the middle of what is said; nothing is missed, nothing is heard twice."""

    async def story() -> int:
        port, last = free_port(), 0
        loop = asyncio.get_running_loop()
        tasks: list[asyncio.Task[None]] = []
        for round_ in range(3):
            with stream_server(port, environment()) as process:
                if not tasks:
                    tasks = [asyncio.create_task(each.follow(port)) for each in listeners]
                await until(lambda n=round_: all(each.hellos > n for each in listeners), 120)
                for _ in range(5):
                    last = (await loop.run_in_executor(None, say))[1]
                process.kill()
            last = (await loop.run_in_executor(None, say))[1]
        with stream_server(port, environment()):
            heard: Any = ("notifications", last)
            await until(lambda: all(heard in each.heard for each in listeners), 120)
        for task in tasks:
            task.cancel()
        return last

    last = asyncio.run(story())
    expected = [("notifications", seq) for seq in range(1, last + 1)]
    for each in listeners:
        assert sorted(each.heard) == expected
        assert each.repeated == 0
