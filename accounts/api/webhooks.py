"""REST face of outgoing webhooks."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from accounts.api import webhook_serializers as forms
from accounts.api.permissions import WORK
from accounts.errors import InvalidRequest
from accounts.models import ApiKey, User, WebhookDelivery, WebhookEndpoint
from accounts.models.webhooks import DELIVERY_STATES
from accounts.selectors import webhooks as reads
from accounts.services import webhook_endpoints as service
from accounts.webhooks.event_types import EVENT_TYPES

_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="the same key and request again do nothing more",
)
_STATE = OpenApiParameter(
    "state", str, description="only these", enum=[state for state, _name in DELIVERY_STATES]
)


class WebhookEventTypesView(APIView):
    """What can be told."""

    scopes = WORK

    @extend_schema(
        operation_id="webhook_event_types_list", responses=forms.EventTypeSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        """Every kind of event, with the schema of its data."""
        return Response(forms.EventTypeSerializer(cast(Any, EVENT_TYPES), many=True).data)


class WebhookEndpointsView(GenericAPIView[WebhookEndpoint]):
    """Endpoints of the key's user."""

    scopes = WORK
    serializer_class = forms.EndpointSerializer

    @extend_schema(
        operation_id="webhook_endpoints_list", responses=forms.EndpointSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        """Endpoints, newest first."""
        page = self.paginate_queryset(reads.endpoints_of(user=_user(request)))
        return self.get_paginated_response(
            forms.EndpointSerializer(cast(Any, page or []), many=True).data
        )

    @extend_schema(
        operation_id="webhook_endpoints_create",
        parameters=[_KEY],
        request=forms.EndpointRequestSerializer,
        responses={201: forms.EndpointWithSecretSerializer},
    )
    def post(self, request: Request) -> Response:
        """Make an endpoint; its secret is in this answer and in no other. To be told of money, a
        key needs the scope `billing_read`."""
        body = forms.EndpointRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        made = service.create_endpoint(
            user=_user(request),
            idempotency_key=_key(request),
            acting=_acting(request),
            now=timezone.now(),
            **body.validated_data,
        )
        address = reverse("api-webhook-endpoint", args=[made.endpoint.pk])
        return _with_secret(made, status.HTTP_201_CREATED, {"Location": address})


class WebhookEndpointView(APIView):
    """One endpoint."""

    scopes = WORK

    @extend_schema(operation_id="webhook_endpoints_retrieve", responses=forms.EndpointSerializer)
    def get(self, request: Request, endpoint_id: UUID) -> Response:
        """Where it is, what it is told and how it does."""
        endpoint = reads.endpoint_for(user=_user(request), endpoint_id=endpoint_id)
        return Response(forms.EndpointSerializer(endpoint).data)

    @extend_schema(
        operation_id="webhook_endpoints_update",
        parameters=[_KEY],
        request=forms.EndpointChangeSerializer(partial=True),
        responses=forms.EndpointSerializer,
    )
    def patch(self, request: Request, endpoint_id: UUID) -> Response:
        """Change it; what is not named stays. Paused, its events wait."""
        body = forms.EndpointChangeSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        if not body.validated_data:
            raise InvalidRequest("Name what is to change.", fields={"body": "empty"})
        endpoint = service.change_endpoint(
            user=_user(request),
            endpoint_id=endpoint_id,
            changes=body.validated_data,
            acting=_acting(request),
            now=timezone.now(),
        )
        return Response(forms.EndpointSerializer(endpoint).data)

    @extend_schema(
        operation_id="webhook_endpoints_destroy", parameters=[_KEY], responses={204: None}
    )
    def delete(self, request: Request, endpoint_id: UUID) -> Response:
        """Delete it with its log."""
        service.delete_endpoint(
            user=_user(request), endpoint_id=endpoint_id, acting=_acting(request)
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class WebhookRotateView(APIView):
    """A new secret."""

    scopes = WORK

    @extend_schema(
        operation_id="webhook_endpoints_rotate_secret",
        parameters=[_KEY],
        request=forms.RotationRequestSerializer,
        responses=forms.EndpointWithSecretSerializer,
    )
    def post(self, request: Request, endpoint_id: UUID) -> Response:
        """Give a new secret; messages carry both signatures for `overlap_hours`."""
        body = forms.RotationRequestSerializer(data=request.data or {})
        body.is_valid(raise_exception=True)
        rotated = service.rotate_secret(
            user=_user(request),
            endpoint_id=endpoint_id,
            idempotency_key=_key(request),
            acting=_acting(request),
            now=timezone.now(),
            **body.validated_data,
        )
        return _with_secret(rotated, status.HTTP_200_OK, {})


class WebhookTestView(APIView):
    """A test."""

    scopes = WORK

    @extend_schema(
        operation_id="webhook_endpoints_test",
        parameters=[_KEY],
        request=None,
        responses={202: forms.DeliverySerializer},
    )
    def post(self, request: Request, endpoint_id: UUID) -> Response:
        """Send an event of the type `webhook.test`, whatever the filter says."""
        delivery = service.send_test(
            user=_user(request),
            endpoint_id=endpoint_id,
            idempotency_key=_key(request),
            acting=_acting(request),
            now=timezone.now(),
        )
        return _accepted(delivery)


class WebhookDeliveriesView(GenericAPIView[WebhookDelivery]):
    """The log of an endpoint."""

    scopes = WORK
    serializer_class = forms.DeliverySerializer

    @extend_schema(
        operation_id="webhook_deliveries_list",
        parameters=[_STATE],
        responses=forms.DeliverySerializer(many=True),
    )
    def get(self, request: Request, endpoint_id: UUID) -> Response:
        """What was sent or waits, newest first."""
        log = reads.deliveries_of(user=_user(request), endpoint_id=endpoint_id)
        state = request.query_params.get("state")
        if state is not None:
            if state not in dict(DELIVERY_STATES):
                known = ", ".join(dict(DELIVERY_STATES))
                raise InvalidRequest(f"state is one of {known}.", fields={"state": known})
            log = log.filter(state=state)
        page = self.paginate_queryset(log)
        return self.get_paginated_response(
            forms.DeliverySerializer(cast(Any, page or []), many=True).data
        )


class WebhookDeliveryView(APIView):
    """One message."""

    scopes = WORK

    @extend_schema(operation_id="webhook_deliveries_retrieve", responses=forms.DeliverySerializer)
    def get(self, request: Request, endpoint_id: UUID, delivery_id: UUID) -> Response:
        """How far it is, with every try."""
        delivery = reads.delivery_for(
            user=_user(request), endpoint_id=endpoint_id, delivery_id=delivery_id
        )
        return Response(forms.DeliverySerializer(delivery).data)


class WebhookRedeliverView(APIView):
    """The same message once more."""

    scopes = WORK

    @extend_schema(
        operation_id="webhook_deliveries_redeliver",
        parameters=[_KEY],
        request=None,
        responses={202: forms.DeliverySerializer},
    )
    def post(self, request: Request, endpoint_id: UUID, delivery_id: UUID) -> Response:
        """Send it again, now, under the same id."""
        delivery = service.redeliver(
            user=_user(request),
            endpoint_id=endpoint_id,
            delivery_id=delivery_id,
            idempotency_key=_key(request),
            acting=_acting(request),
            now=timezone.now(),
        )
        return _accepted(delivery)


def _user(request: Request) -> User:
    return cast(User, request.user)


def _acting(request: Request) -> ApiKey | None:
    return request.auth if isinstance(request.auth, ApiKey) else None


def _key(request: Request) -> str | None:
    return request.headers.get("Idempotency-Key")


def _with_secret(made: service.WithSecret, code: int, headers: dict[str, str]) -> Response:
    if made.replayed:
        headers["Idempotency-Replayed"] = "true"
    # What is a secret stays in no cache.
    headers["Cache-Control"] = "no-store"
    return Response(forms.EndpointWithSecretSerializer(made).data, status=code, headers=headers)


def _accepted(delivery: WebhookDelivery) -> Response:
    return Response(forms.DeliverySerializer(delivery).data, status=status.HTTP_202_ACCEPTED)
