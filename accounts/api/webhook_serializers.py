"""Wire forms of webhook endpoints and deliveries."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.strict import StrictSerializer
from accounts.models import WebhookDelivery, WebhookEndpoint
from accounts.models.webhooks import DELIVERY_STATES, ENDPOINT_STATES
from accounts.services.webhook_endpoints import OVERLAP_HOURS, OVERLAP_HOURS_MAX
from accounts.webhooks.event_types import NAMES
from accounts.webhooks.receivers import URL_MAX

_STATES = [state for state, _name in ENDPOINT_STATES]
_DELIVERY_STATES = [state for state, _name in DELIVERY_STATES]


class EndpointRequestSerializer(StrictSerializer):
    """An endpoint to make. Without `event_types` it is told everything."""

    url = serializers.CharField(max_length=URL_MAX)
    description = serializers.CharField(max_length=200, required=False, allow_blank=True)
    event_types = serializers.ListField(
        child=serializers.ChoiceField(choices=NAMES), required=False, max_length=len(NAMES)
    )


class EndpointChangeSerializer(EndpointRequestSerializer):
    """What is to change; `enabled` false pauses, true switches on again."""

    enabled = serializers.BooleanField(required=False)


class RotationRequestSerializer(StrictSerializer):
    """How many hours the old secret signs beside the new one."""

    overlap_hours = serializers.IntegerField(
        min_value=0, max_value=OVERLAP_HOURS_MAX, default=OVERLAP_HOURS
    )


class EndpointSerializer(serializers.Serializer[WebhookEndpoint]):
    """An endpoint. `state_reason` of one we disabled: `gone` or `failing`; `sequence`: the number
    of its newest event; both secrets sign until `previous_secret_until`."""

    id = serializers.UUIDField()
    url = serializers.CharField()
    description = serializers.CharField()
    event_types = serializers.ListField(child=serializers.ChoiceField(choices=NAMES))
    state = serializers.ChoiceField(choices=_STATES)
    state_reason = serializers.CharField()
    state_at = serializers.DateTimeField()
    sequence = serializers.IntegerField()
    last_success_at = serializers.DateTimeField(allow_null=True)
    previous_secret_until = serializers.DateTimeField(source="previous_until", allow_null=True)
    created_at = serializers.DateTimeField()


class EndpointWithSecretSerializer(serializers.Serializer[Any]):
    """An endpoint with its secret, which is shown in this answer alone."""

    endpoint = EndpointSerializer()
    secret = serializers.CharField()


class TrySerializer(serializers.Serializer[Any]):
    """One try. Without a `status`, `error` says why there was no answer."""

    number = serializers.IntegerField()
    at = serializers.DateTimeField()
    status = serializers.IntegerField(allow_null=True)
    error = serializers.CharField()
    milliseconds = serializers.IntegerField()
    excerpt = serializers.CharField()


class DeliverySerializer(serializers.Serializer[WebhookDelivery]):
    """A message and how far it is; the newest try first."""

    id = serializers.UUIDField()
    message_id = serializers.CharField()
    type = serializers.CharField()
    sequence = serializers.IntegerField()
    state = serializers.ChoiceField(choices=_DELIVERY_STATES)
    attempts = serializers.IntegerField()
    next_attempt_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    tries = TrySerializer(many=True)


class EventTypeSerializer(serializers.Serializer[Any]):
    """A kind of event; `schema` is the JSON Schema of a message's `data`."""

    name = serializers.CharField()
    version = serializers.IntegerField()
    says = serializers.CharField()
    about_money = serializers.BooleanField()
    schema = serializers.SerializerMethodField()

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_schema(self, kind: Any) -> dict[str, Any]:
        return dict(kind.schema)
