"""OpenAPI: what is declared on the views and nowhere else."""

from typing import Any

from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.openapi import AutoSchema

from tutorme.core.access import grant_of
from tutorme.core.api.pagination import MAX_PAGE
from tutorme.core.api.views import Idempotency

_PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem. `code` is stable, `detail` is for people.",
    "required": ["type", "title", "status", "detail", "code", "instance"],
    "properties": {
        "type": {"type": "string", "description": "Address of the page about this code."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "instance": {"type": "string", "description": "Request id."},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/ProblemAt"}},
    },
    "additionalProperties": True,
}
_PROBLEM_AT = {
    "type": "object",
    "required": ["pointer", "code", "detail"],
    "properties": {
        "pointer": {"type": "string", "description": "JSON pointer into the body."},
        "code": {"type": "string"},
        "detail": {"type": "string"},
    },
}
_PROBLEMS = {"Problem": _PROBLEM, "ProblemAt": _PROBLEM_AT}
_MONEY = {
    "type": "object",
    "description": "An amount as text, in the currency's own decimals.",
    "required": ["amount", "currency"],
    "properties": {
        "amount": {"type": "string", "example": "25.00"},
        "currency": {"type": "string", "minLength": 3, "maxLength": 3, "example": "EUR"},
    },
    "additionalProperties": False,
}
_KEY_PARAMETER = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "Makes repeating this request safe for 24 hours.",
}


_PAGE_PARAMETERS = [
    {
        "in": "query",
        "name": "cursor",
        "schema": {"type": "string"},
        "description": "From `next` or `previous` of another page.",
    },
    {
        "in": "query",
        "name": "page_size",
        "schema": {"type": "integer", "minimum": 1, "maximum": MAX_PAGE},
        "description": "Rows of a page, at most.",
    },
]


class DeclaredSchema(AutoSchema):
    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        grant = grant_of(self.view, self.method)
        if grant:
            operation["x-access"] = access = grant.as_json()
            if "visitor" in access["actors"] and operation.get("security"):
                # Signing in shows more, and is not asked for.
                operation["security"] = [*operation["security"], {}]
        if self.method == "POST" and hasattr(self.view, "_idempotency"):
            self._add_key(operation)
        if _is_page(operation):
            _add(operation, _PAGE_PARAMETERS)
        operation["responses"]["default"] = {"$ref": "#/components/responses/Problem"}
        return operation

    def _add_key(self, operation: dict[str, Any]) -> None:
        declared = getattr(self.view, "idempotency", Idempotency.NONE)
        mode = (
            declared.get(getattr(self.view, "action", None) or "post", Idempotency.HONOURED)
            if isinstance(declared, dict)
            else declared
        )
        if mode is not Idempotency.NONE:
            required = mode is Idempotency.REQUIRED
            operation.setdefault("parameters", []).append({**_KEY_PARAMETER, "required": required})


def _add(operation: dict[str, Any], parameters: list[dict[str, Any]]) -> None:
    """What the view did not declare itself."""
    declared = operation.setdefault("parameters", [])
    names = {(row["in"], row["name"]) for row in declared}
    declared += [row for row in parameters if (row["in"], row["name"]) not in names]


def _is_page(operation: dict[str, Any]) -> bool:
    """Whether it answers with what `page_of` made."""
    answer = operation["responses"].get("200", {}).get("content", {}).get("application/json", {})
    return str(answer.get("schema", {}).get("$ref", "")).endswith("Page")


def add_shared(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """What every part of the contract speaks of by one name."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {}).update({"Money": _MONEY, **_PROBLEMS})
    components.setdefault("responses", {})["Problem"] = {
        "description": "An error; see `code`.",
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        },
    }
    return result


def anything_is_also_null(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A nullable field of any JSON is declared as one of "anything" and "null", and null is both,
    which `oneOf` forbids: such a field is "anything"."""
    _mend(result.get("components", {}))
    return result


def _mend(node: Any) -> None:
    if isinstance(node, dict):
        if node.get("oneOf") == [{}, {"type": "null"}]:
            del node["oneOf"]
        for child in node.values():
            _mend(child)
    elif isinstance(node, list):
        for child in node:
            _mend(child)


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "accounts.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "accounts.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sid"}


class MoneyShape(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = "tutorme.core.api.serializers.MoneyField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        return {"$ref": "#/components/schemas/Money"}
