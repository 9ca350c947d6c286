"""iCalendar files somebody publishes: `PUT /ics/<name>` keeps one, GET gives it."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.calendars.state import memory
from sandbox.faults import operation


@operation("ics", "file")
async def file(request: Request) -> Response:
    name = request.path_params["name"]
    if request.method == "PUT":
        memory.files[name] = await request.body()
        return Response(status_code=204)
    if name not in memory.files:
        return Response("Nothing is here.", status_code=404)
    return Response(memory.files[name], media_type="text/calendar")


routes = [Route("/ics/{name}", file, methods=["GET", "PUT"])]
