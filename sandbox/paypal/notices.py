"""The webhooks of an app, as PayPal keeps them: one of an address."""

import json
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.faults import operation
from sandbox.paypal.access import authorised
from sandbox.paypal.replies import refusal
from sandbox.paypal.state import new_id

_MOST = 10


@dataclass
class Kept:
    url: str
    kinds: list[str]
    id: str = field(default_factory=new_id)

    def shown(self) -> dict[str, Any]:
        rows = [{"name": kind, "status": "ENABLED"} for kind in self.kinds]
        return {"id": self.id, "url": self.url, "event_types": rows, "links": []}


class Shelf:
    def __init__(self) -> None:
        self.rows: dict[str, Kept] = {}

    def forget(self) -> None:
        self.rows.clear()


shelf = Shelf()


@operation("paypal", "webhooks")
@authorised
async def index(request: Request) -> Response:
    if request.method == "GET":
        return JSONResponse({"webhooks": [row.shown() for row in shelf.rows.values()]})
    body = json.loads(await request.body())
    if any(row.url == body["url"] for row in shelf.rows.values()):
        return refusal(400, "WEBHOOK_URL_ALREADY_EXISTS")
    if len(shelf.rows) >= _MOST:
        return refusal(400, "WEBHOOK_NUMBER_LIMIT_EXCEEDED")
    made = Kept(body["url"], [row["name"] for row in body["event_types"]])
    shelf.rows[made.id] = made
    return JSONResponse(made.shown(), status_code=201)


@operation("paypal", "webhooks")
@authorised
async def one(request: Request) -> Response:
    row = shelf.rows.get(request.path_params["webhook_id"])
    if row is None:
        return refusal(404, "INVALID_RESOURCE_ID")
    for change in json.loads(await request.body()):
        if (change["op"], change["path"]) == ("replace", "/event_types"):
            row.kinds = [kind["name"] for kind in change["value"]]
    return JSONResponse(row.shown())


routes = [
    Route("/v1/notifications/webhooks", index, methods=["GET", "POST"]),
    Route("/v1/notifications/webhooks/{webhook_id}", one, methods=["PATCH"]),
]
