"""Firebase's part of a sign-in: its certificates, and ID tokens as its app would hold them."""

import time
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.faults import operation
from sandbox.identity import signing

PROJECT = "tutorme-sandbox"


@operation("firebase", "certs")
async def certs(_request: Request) -> Response:
    """Google's `securetoken` certificates: PEM by key id, to be kept as long as is said."""
    return JSONResponse(
        {signing.KID: signing.certificate()}, headers={"Cache-Control": "public, max-age=3600"}
    )


async def mint(request: Request) -> Response:
    """Not Firebase's: `POST {"uid", "email"?, "email_verified"?, "name"?, "claims"?, "headers"?}`
    gives the token an app would get. `claims` and `headers` spoil it for tests."""
    body: dict[str, Any] = await request.json()
    uid, email = body.get("uid", "firebase-uid"), body.get("email")
    claims: dict[str, Any] = {
        "iss": f"https://securetoken.google.com/{PROJECT}",
        "aud": PROJECT,
        "auth_time": int(time.time()) - 5,
        "sub": uid,
        "user_id": uid,
        "email": email,
        "email_verified": body.get("email_verified", True) if email else None,
        "name": body.get("name"),
        **body.get("claims", {}),
    }
    return JSONResponse({"id_token": signing.id_token(claims, headers=body.get("headers"))})


routes = [
    Route("/firebase/certs", certs),
    Route("/firebase/_mint", mint, methods=["POST"]),
]
