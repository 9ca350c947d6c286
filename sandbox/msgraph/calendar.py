"""Graph v1.0: /me/events with Teams, /me/calendarView/delta, subscriptions."""

import uuid
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.calendars import grants, notices
from sandbox.calendars.state import Event, Hearer, memory
from sandbox.faults import operation

_AT = "/graph/v1.0"
_REFUSED = {"error": {"code": "InvalidAuthenticationToken", "message": "Access token has expired."}}
_PAGE = 3
of_account = grants.of_account("graph", _REFUSED)


def _refuse(status: int, code: str) -> Response:
    return JSONResponse({"error": {"code": code, "message": code}}, status_code=status)


def _shown(event_id: str, row: Event) -> dict[str, Any]:
    body = {key: value for key, value in row.body.items() if not key.startswith("_")}
    return {"id": event_id, "showAs": "busy", "isCancelled": False, **body}


@operation("graph", "create")
@of_account
async def create(request: Request, account: str) -> Response:
    body = await request.json()
    key = body.get("transactionId", uuid.uuid4().hex)
    with memory.lock:
        calendar = memory.of("graph", account)
        known = calendar.made.get(key)
        if known and not calendar.events[known].is_gone:
            return JSONResponse(_shown(known, calendar.events[known]), status_code=201)
        event_id = f"AAMk{uuid.uuid4().hex}="
        _with_room(body, request, event_id)
        row = calendar.put(event_id, body)
        calendar.made[key] = event_id
        _tell(account)
        return JSONResponse(_shown(event_id, row), status_code=201)


def _with_room(body: dict[str, Any], request: Request, event_id: str) -> None:
    if not body.get("isOnlineMeeting"):
        return
    kind = getattr(request.state.fault, "kind", "")
    if kind == "no-room":
        body |= {"isOnlineMeeting": False, "onlineMeetingProvider": "unknown"}
        return
    url = f"https://teams.microsoft.com/l/meetup-join/19%3a{event_id[4:20]}"
    if kind == "room-pending":
        body["_room"] = url
        return
    body["onlineMeeting"] = {"joinUrl": url}


def _found(request: Request, account: str) -> Event | None:
    row = memory.of("graph", account).events.get(request.path_params["event"])
    return None if row is None or row.is_gone else row


@operation("graph", "event")
@of_account
async def read(request: Request, account: str) -> Response:
    with memory.lock:
        row = _found(request, account)
        if row is None:
            return _refuse(404, "ErrorItemNotFound")
        row.asked += 1
        if "_room" in row.body and row.asked > 1:
            row.body["onlineMeeting"] = {"joinUrl": row.body.pop("_room")}
        return JSONResponse(_shown(request.path_params["event"], row))


@operation("graph", "patch")
@of_account
async def patch(request: Request, account: str) -> Response:
    body = await request.json()
    with memory.lock:
        row = _found(request, account)
        if row is None:
            return _refuse(404, "ErrorItemNotFound")
        row.body.update(body)
        memory.of("graph", account).touch(row)
        _tell(account)
        return Response(status_code=204)


@operation("graph", "delete")
@of_account
async def delete(request: Request, account: str) -> Response:
    with memory.lock:
        row = _found(request, account)
        if row is None:
            return _refuse(404, "ErrorItemNotFound")
        row.is_gone = True
        memory.of("graph", account).touch(row)
        _tell(account)
        return Response(status_code=204)


@operation("graph", "delta")
@of_account
async def delta(request: Request, account: str) -> Response:
    asked = request.query_params
    with memory.lock:
        calendar = memory.of("graph", account)
        token = asked.get("$deltatoken")
        dead = getattr(request.state.fault, "kind", "") == "sync-token-dead"
        if token is not None and (dead or int(token) < calendar.oldest):
            return _refuse(410, "SyncStateNotFound")
        since, _, skip = asked.get("$skiptoken", f"{token or 0}-0").partition("-")
        rows = calendar.since(int(since))
        if token is None and since == "0":
            rows = [pair for pair in rows if not pair[1].is_gone]
        begin = int(skip)
        answer: dict[str, Any] = {
            "value": [_changed(*pair) for pair in rows[begin : begin + _PAGE]],
        }
        at = f"{request.base_url}graph/v1.0/me/calendarView/delta"
        if begin + _PAGE < len(rows):
            answer["@odata.nextLink"] = f"{at}?$skiptoken={since}-{begin + _PAGE}"
        else:
            answer["@odata.deltaLink"] = f"{at}?$deltatoken={calendar.counter}"
        return JSONResponse(answer)


@operation("graph", "view")
@of_account
async def view(request: Request, account: str) -> Response:
    asked = request.query_params
    with memory.lock:
        rows = memory.of("graph", account).since(0)
        found = [
            _shown(*pair)
            for pair in rows
            if not pair[1].is_gone
            and _edge(pair[1], "end") > asked["startDateTime"]
            and _edge(pair[1], "start") < asked["endDateTime"]
        ]
    return JSONResponse({"value": found[: int(asked.get("$top", 10))]})


def _edge(row: Event, name: str) -> str:
    """Events here are in UTC; as text that compares as times do."""
    return str(row.body[name]["dateTime"])[:19] + "Z"


def _changed(event_id: str, row: Event) -> dict[str, Any]:
    if row.is_gone:
        return {"id": event_id, "@removed": {"reason": "deleted"}}
    return _shown(event_id, row)


@operation("graph", "subscribe")
@of_account
async def subscribe(request: Request, account: str) -> Response:
    body = await request.json()
    if not await notices.is_proved(body["notificationUrl"], uuid.uuid4().hex):
        return _refuse(400, "ValidationError")
    hearer = Hearer(
        str(uuid.uuid4()), account, body["notificationUrl"], body["clientState"], "graph"
    )
    with memory.lock:
        memory.hearers[hearer.id] = hearer
    return JSONResponse({"id": hearer.id, **body}, status_code=201)


@operation("graph", "unsubscribe")
@of_account
async def unsubscribe(request: Request, _account: str) -> Response:
    with memory.lock:
        found = memory.hearers.pop(request.path_params["hearer"], None)
    return Response(status_code=204) if found else _refuse(404, "ResourceNotFound")


def _tell(account: str) -> None:
    for hearer in list(memory.hearers.values()):
        if hearer.account != account or hearer.resource != "graph":
            continue
        hearer.told += 1
        row = {
            "subscriptionId": hearer.id,
            "clientState": hearer.secret,
            "changeType": "updated",
            "resource": "me/events",
        }
        notices.tell("graph", hearer.address, {}, {"value": [row]})


async def own(request: Request) -> Response:
    """Not Microsoft's: as `/google/_calendar`."""
    if request.method == "GET":
        rows = memory.of("graph", request.query_params["account"]).events.items()
        return JSONResponse({"events": [_changed(*pair) for pair in rows]})
    asked = await request.json()
    with memory.lock:
        calendar = memory.of("graph", asked["account"])
        event_id = asked.get("id") or f"AAMk{uuid.uuid4().hex}="
        if asked.get("forget_tokens"):
            calendar.counter += 1
            calendar.oldest = calendar.counter
        elif asked.get("gone"):
            calendar.events[event_id].is_gone = True
            calendar.touch(calendar.events[event_id])
        else:
            calendar.put(event_id, dict(asked["event"]))
        _tell(asked["account"])
    return JSONResponse({"id": event_id, "at": datetime.now(UTC).isoformat()})


routes = [
    *grants.routes_of("graph", "graph"),
    Route(f"{_AT}/me/events", create, methods=["POST"]),
    Route(f"{_AT}/me/events/{{event}}", read, methods=["GET"]),
    Route(f"{_AT}/me/events/{{event}}", patch, methods=["PATCH"]),
    Route(f"{_AT}/me/events/{{event}}", delete, methods=["DELETE"]),
    Route(f"{_AT}/me/calendarView/delta", delta, methods=["GET"]),
    Route(f"{_AT}/me/calendarView", view, methods=["GET"]),
    Route(f"{_AT}/subscriptions", subscribe, methods=["POST"]),
    Route(f"{_AT}/subscriptions/{{hearer}}", unsubscribe, methods=["DELETE"]),
    Route("/graph/_calendar", own, methods=["GET", "POST"]),
    Route("/calendars/_take_back", grants.take_back, methods=["POST"]),
]
