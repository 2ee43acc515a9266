"""The parameters of every kind, as the API describes them."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from generation.kinds.table import KINDS


def _schema() -> dict[str, object]:
    return {
        "description": "Which parameters there are depends on `kind`.",
        "oneOf": [
            {
                "title": spec.kind,
                "type": "object",
                "properties": {name: dict(param.schema) for name, param in spec.params.items()},
                "required": sorted(spec.required),
                "additionalProperties": False,
            }
            for spec in KINDS.values()
        ],
    }


@extend_schema_field(_schema())
class ParamsField(serializers.JSONField):
    """Parameters of a kind; `generation.requests` reads them and names each fault."""
