"""Who may call, and what a repeated call finds."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.faults import Endpoint
from sandbox.paypal.replies import base_of, refusal
from sandbox.paypal.state import Answered, memory

# What PayPal's documents know no 200 for.
_AGAIN_CREATED = ("/refund", "/payouts")


def authorised(endpoint: Endpoint) -> Endpoint:
    async def checked(request: Request) -> Response:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not memory.is_valid(token):
            body = {"error": "invalid_token", "error_description": "Token signature verification"}
            return JSONResponse(body, status_code=401)
        return await endpoint(request)

    return checked


def repeatable(endpoint: Endpoint) -> Endpoint:
    """The same PayPal-Request-Id gets the latest state of what it did, and does nothing.

    With the body read first nothing below waits, so two such requests cannot interleave.
    """

    async def once(request: Request) -> Response:
        request_id = request.headers.get("PayPal-Request-Id", "")
        body = await request.body()
        if len(request_id) > 108:
            return refusal(400, "INVALID_STRING_LENGTH")
        key = f"{request.url.path} {request_id}"
        known = memory.answered.get(key) if request_id else None
        if known is not None and known.body != body:
            return refusal(422, "DUPLICATE_REQUEST_ID")
        if known is not None:
            status = 201 if request.url.path.endswith(_AGAIN_CREATED) else 200
            return JSONResponse(known.latest(base_of(request)), status_code=status)
        request.state.latest = None
        response = await endpoint(request)
        if request_id and request.state.latest is not None:
            memory.answered[key] = Answered(body, request.state.latest)
        return response

    return once


async def sent(request: Request) -> dict[str, Any] | None:
    """The JSON object in the body, `{}` for none; None for anything else."""
    try:
        body = json.loads(await request.body() or b"{}")
    except ValueError:
        return None
    return body if isinstance(body, dict) else None
