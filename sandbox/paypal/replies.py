from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.paypal import shapes


def base_of(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}/paypal"


def refusal(status: int, issue: str, description: str = "") -> Response:
    return JSONResponse(shapes.problem(status, issue, description), status_code=status)
