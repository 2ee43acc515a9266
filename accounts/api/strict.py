"""Request bodies that say no more than is understood."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses members it does not know: a misspelt one would be silently ignored otherwise."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = {
                name: ["is not a member of this request"]
                for name in data.keys() - self.fields.keys()
            }
            if unknown:
                raise serializers.ValidationError(unknown)
        return super().to_internal_value(data)
