"""The API towards its clients: how often they may ask, and how it is documented."""

from typing import Any

# scope: (requests, seconds), per user, or per address for a visitor.
API_LIMITS: dict[str, tuple[int, int]] = {
    "anonymous": (120, 60),
    "default": (600, 60),
    "write": (120, 60),
    "search": (120, 60),
    "login": (10, 60),
    "register": (20, 3600),
    "code": (30, 300),
    "ai": (20, 3600),
    "verify": (30, 60),
    "webhook": (1200, 60),
    "progress": (600, 60),
    # Browsers finding each other say dozens of things within seconds.
    "signal": (1200, 60),
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "TutorMe API",
    "VERSION": "1.0.0",
    "DESCRIPTION": "Courses, lessons, payments, certificates and realtime of TutorMe.",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["tutorme.core.access.Everyone"],
    "SERVE_AUTHENTICATION": [],
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # Some hundreds of operations: areas first, found by a filter, each by a link of its own.
    "SWAGGER_UI_SETTINGS": {
        "deepLinking": True,
        "docExpansion": "none",
        "filter": True,
        "defaultModelsExpandDepth": -1,
        "persistAuthorization": True,
    },
    "REDOC_DIST": "SIDECAR",
    "POSTPROCESSING_HOOKS": [
        "tutorme.core.api.schema.add_shared",
        "tutorme.core.api.schema.anything_is_also_null",
        "webhooks.api.contract.add_webhooks",
    ],
}
