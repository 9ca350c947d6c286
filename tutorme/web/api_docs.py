"""The API's pages: Swagger UI and Redoc from our own files, over the schema of this site.

Both write styles into the page, so these two pages alone allow that; scripts stay our own files.
"""

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

_STYLED = {"style-src": [SELF, UNSAFE_INLINE], "worker-src": ["blob:"]}


@require_safe
@csp_update(_STYLED)
def swagger(request: HttpRequest) -> HttpResponse:
    return render(request, "api/swagger.html")


@require_safe
@csp_update(_STYLED)
def redoc(request: HttpRequest) -> HttpResponse:
    return render(request, "api/redoc.html")
