"""Adds to the OpenAPI description what every operation shares: refusals as problem documents."""

from __future__ import annotations

from typing import Any

from config.api.errors import CONTENT_TYPE, STATUS

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457. `code` is stable; further members are facts of the refusal.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "enum": sorted(STATUS)},
        "detail": {"type": "string"},
        "fields": {
            "type": "object",
            "description": "each input at fault, and why",
            "additionalProperties": {"type": "string"},
        },
    },
    "additionalProperties": True,
}


def document_refusals(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """drf-spectacular's last step: a `default` answer for every operation."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    reference = {"schema": {"$ref": "#/components/schemas/Problem"}}
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"]["default"] = {
                "description": "A refusal: nothing was written.",
                "content": {CONTENT_TYPE: reference},
            }
    return result
