"""Whether people may sign up, for everyone to ask."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import WORK
from accounts.registration import STATES
from accounts.selectors.registration import registration


class RegistrationSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """The door: what holds, and what is announced."""

    state = serializers.ChoiceField(choices=STATES)
    next_state = serializers.ChoiceField(choices=STATES, allow_null=True)
    next_at = serializers.DateTimeField(allow_null=True)
    server_time = serializers.DateTimeField(help_text="to count down with")


class RegistrationView(APIView):
    """Whether people may sign up."""

    scopes = WORK
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(operation_id="registration_retrieve", responses=RegistrationSerializer, auth=[])
    def get(self, request: Request) -> Response:
        """`closed`, `waitlist` or `open`, and from when something else holds."""
        now = timezone.now()
        door = registration(now=now)
        said = {
            "state": door.state,
            "next_state": door.next_state,
            "next_at": door.next_at,
            "server_time": now,
        }
        return Response(RegistrationSerializer(said).data)
