"""The stand-ins as one ASGI program: `uvicorn sandbox.app:app --port 8025`."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from sandbox import faults, mail, sendgrid
from sandbox.calendars import files
from sandbox.google import calendar as google
from sandbox.graphy import routes as graphy
from sandbox.identity import routes as identity
from sandbox.msgraph import calendar as msgraph
from sandbox.openrouter import routes as openrouter
from sandbox.pages import templates
from sandbox.paypal import keeping, webhooks
from sandbox.paypal import routes as paypal
from sandbox.pusher import routes as pusher
from sandbox.twilio import routes as twilio
from sandbox.zoom import meetings as zoom


async def index(request: Request) -> Response:
    context = {
        "operations": faults.OPERATIONS,
        "meanings": faults.MEANINGS,
        "armed": faults.board.armed(),
    }
    return templates.TemplateResponse(request, "index.html", context)


async def health(_request: Request) -> Response:
    return JSONResponse({"ok": True})


@asynccontextmanager
async def lifespan(_app: Starlette) -> AsyncIterator[None]:
    smtp = mail.controller("127.0.0.1", int(os.environ.get("SANDBOX_SMTP_PORT", "8026")))
    smtp.start()
    try:
        async with keeping.kept(), webhooks.sender():
            yield
    finally:
        smtp.stop()


app = Starlette(
    routes=[
        Route("/", index),
        Route("/healthz", health),
        *faults.routes,
        Mount("/paypal", routes=paypal.routes),
        Mount("/graphy", routes=graphy.routes),
        Mount("/twilio", routes=twilio.routes),
        *identity.routes,
        *pusher.routes,
        *zoom.routes,
        *google.routes,
        *msgraph.routes,
        *files.routes,
        Mount("/openrouter", routes=openrouter.routes),
        *mail.routes,
        *sendgrid.routes,
    ],
    lifespan=lifespan,
)
