"""The stand-ins as one ASGI program: `uvicorn sandbox.app:app`."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from sandbox import faults, mail
from sandbox.pages import templates
from sandbox.paypal import routes as paypal
from sandbox.paypal import webhooks


async def index(request: Request) -> Response:
    return templates.TemplateResponse(request, "index.html")


async def health(_request: Request) -> Response:
    return JSONResponse({"ok": True})


@asynccontextmanager
async def lifespan(_app: Starlette) -> AsyncIterator[None]:
    smtp = mail.controller("127.0.0.1", int(os.environ.get("SANDBOX_SMTP_PORT", "8026")))
    smtp.start()
    async with webhooks.sender():
        yield
    smtp.stop()


app = Starlette(
    routes=[
        Route("/", index),
        Route("/healthz", health),
        Route("/_faults", faults.faults, methods=["GET", "POST", "DELETE"]),
        Mount("/paypal", routes=paypal.routes),
        *mail.routes,
    ],
    lifespan=lifespan,
)
