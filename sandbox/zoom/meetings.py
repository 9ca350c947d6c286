"""Tokens and meetings. Whose e-mail ends in `@zoom.test` has a seat in the account, and so has
`me`; asking for anybody else is refused, as Zoom does."""

import base64
import secrets
import threading
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.calendars.state import now
from sandbox.faults import Endpoint, operation
from sandbox.zoom import events

_AT = "/zoom/v2"
_LIFE_S = 3600
_PAGE = 2


class Memory:
    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.tokens: dict[str, float] = {}
        self.meetings: dict[int, dict[str, Any]] = {}

    def forget(self) -> None:
        with self.lock:
            self.meetings.clear()


memory = Memory()


def _refuse(status: int, code: int, message: str) -> Response:
    return JSONResponse({"code": code, "message": message}, status_code=status)


def _authorised(endpoint: Endpoint) -> Endpoint:
    async def checked(request: Request) -> Response:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if memory.tokens.get(token, 0) < time.monotonic():
            return _refuse(401, 124, "Invalid access token.")
        return await endpoint(request)

    return checked


@operation("zoom", "token")
async def token(request: Request) -> Response:
    form = await request.form()
    given = base64.b64decode(request.headers.get("Authorization", "").removeprefix("Basic ") or "")
    _, _, secret = given.decode().partition(":")
    if secret in {"", "wrong"} or form.get("grant_type") != "account_credentials":
        return JSONResponse({"reason": "Invalid client", "error": "invalid_client"}, 401)
    made = secrets.token_urlsafe(32)
    memory.tokens[made] = time.monotonic() + _LIFE_S
    body = {"access_token": made, "token_type": "bearer", "expires_in": _LIFE_S}
    return JSONResponse({**body, "scope": "meeting:write:meeting:admin"})


def _has_seat(user: str) -> bool:
    return user == "me" or user.endswith("@zoom.test")


@operation("zoom", "create")
@_authorised
async def create(request: Request) -> Response:
    user, body = request.path_params["user"], await request.json()
    if not _has_seat(user):
        return _refuse(404, 1001, f"User does not exist: {user}.")
    with memory.lock:
        number = secrets.randbelow(9 * 10**9) + 10**9
        row = {
            "id": number,
            "topic": body.get("topic", ""),
            "agenda": body.get("agenda", ""),
            "type": body.get("type", 2),
            "start_time": body["start_time"],
            "duration": body["duration"],
            "timezone": body.get("timezone", "UTC"),
            "created_at": now(),
            "host_email": "host@zoom.test" if user == "me" else user,
            "join_url": f"https://zoom.example/j/{number}?pwd=guest",
            "settings": body.get("settings", {}),
        }
        memory.meetings[number] = row
    return JSONResponse({**row, "start_url": _start_url(number)}, status_code=201)


def _start_url(number: int) -> str:
    """Another one at every look."""
    return f"https://zoom.example/s/{number}?zak={secrets.token_urlsafe(8)}"


@operation("zoom", "list")
@_authorised
async def listed(request: Request) -> Response:
    user = request.path_params["user"]
    if not _has_seat(user):
        return _refuse(404, 1001, f"User does not exist: {user}.")
    email = "host@zoom.test" if user == "me" else user
    shown = ("id", "topic", "agenda", "type", "start_time", "duration", "timezone", "join_url")
    with memory.lock:
        rows = [row for row in memory.meetings.values() if row["host_email"] == email]
    skip = int(request.query_params.get("next_page_token") or 0)
    page = [{name: row[name] for name in shown} for row in rows[skip : skip + _PAGE]]
    more = str(skip + _PAGE) if skip + _PAGE < len(rows) else ""
    facts = {"page_size": _PAGE, "total_records": len(rows), "next_page_token": more}
    return JSONResponse({**facts, "meetings": page})


def _found(request: Request) -> dict[str, Any] | None:
    number = request.path_params["meeting"]
    return memory.meetings.get(int(number)) if number.isdigit() else None


def _unknown(request: Request) -> Response:
    return _unknown_number(request.path_params["meeting"])


@operation("zoom", "meeting")
@_authorised
async def read(request: Request) -> Response:
    row = _found(request)
    if row is None:
        return _unknown(request)
    return JSONResponse({**row, "start_url": _start_url(row["id"])})


@operation("zoom", "update")
@_authorised
async def update(request: Request) -> Response:
    row = _found(request)
    if row is None:
        return _unknown(request)
    row.update(await request.json())
    return Response(status_code=204)


@operation("zoom", "delete")
@_authorised
async def delete(request: Request) -> Response:
    row = _found(request)
    if row is None:
        return _unknown(request)
    with memory.lock:
        memory.meetings.pop(row["id"], None)
    return Response(status_code=204)


async def own(_request: Request) -> Response:
    """Not Zoom's: every meeting there is."""
    return JSONResponse({"meetings": list(memory.meetings.values())})


async def happens(request: Request) -> Response:
    """Not Zoom's. POST `{"meeting", "event": "participant_joined", "participant": {…}, "at"}` lets
    somebody come or go, or the meeting end; `{"url"}` alone says where to tell it, if that address
    proves to be the app's."""
    asked = await request.json()
    if "url" in asked:
        return JSONResponse({"validated": await events.subscribe(asked["url"])})
    number = int(asked["meeting"])
    row = memory.meetings.get(number)
    if row is None:
        return _unknown_number(number)
    status = await events.tell(row, asked["event"], asked.get("participant"), asked["at"])
    return JSONResponse({"answered": status})


def _unknown_number(number: int | str) -> Response:
    return _refuse(404, 3001, f"Meeting does not exist: {number}.")


routes = [
    Route("/zoom/oauth/token", token, methods=["POST"]),
    Route(f"{_AT}/users/{{user}}/meetings", create, methods=["POST"]),
    Route(f"{_AT}/users/{{user}}/meetings", listed, methods=["GET"]),
    Route(f"{_AT}/meetings/{{meeting}}", read, methods=["GET"]),
    Route(f"{_AT}/meetings/{{meeting}}", update, methods=["PATCH"]),
    Route(f"{_AT}/meetings/{{meeting}}", delete, methods=["DELETE"]),
    Route("/zoom/_meetings", own, methods=["GET"]),
    Route("/zoom/_happens", happens, methods=["POST"]),
]
