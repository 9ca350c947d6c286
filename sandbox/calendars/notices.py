"""Telling those who asked that a calendar changed: a hint without content, as the providers'."""

import asyncio
from typing import Any

import httpx

from sandbox.calendars.state import memory

_tasks: set[asyncio.Task[None]] = set()


def tell(provider: str, address: str, headers: dict[str, str], body: Any = None) -> None:
    row = {"provider": provider, "address": address, "headers": headers, "body": body}
    kept: dict[str, Any] = {**row, "outcome": ""}
    memory.notices.append(kept)
    task = asyncio.get_running_loop().create_task(_send(kept))
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


async def _send(notice: dict[str, Any]) -> None:
    try:
        async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
            answer = await http.post(
                notice["address"], headers=notice["headers"], json=notice["body"]
            )
        notice["outcome"] = f"HTTP {answer.status_code}"
    except httpx.HTTPError as error:
        notice["outcome"] = type(error).__name__


async def is_proved(address: str, token: str) -> bool:
    """Graph asks an address to repeat a word before it sends anything there."""
    try:
        async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
            answer = await http.post(address, params={"validationToken": token})
    except httpx.HTTPError:
        return False
    return answer.status_code == 200 and answer.text == token
