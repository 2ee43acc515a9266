"""REST face of the public check of a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import WORK
from accounts.portal.visitor import network_address
from generation.services.checking import Verdict, check_upload, refuse_long_form


class VerifyParser(MultiPartParser):
    """A form with one file, refused by its announced length before a byte of it is stored."""

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        assert parser_context is not None
        refuse_long_form(parser_context["request"].META.get("CONTENT_LENGTH"))
        return super().parse(stream, media_type, parser_context)


class VerifyRequestSerializer(serializers.Serializer[Any]):
    """A form with one file."""

    file = serializers.FileField(help_text="PNG, JPEG, WebP or MP4; at most 64 MB")


class CheckedSerializer(serializers.Serializer[Any]):
    """What was found. `job_id`, `made_at` and `model` are empty where they are not proven."""

    verdict = serializers.ChoiceField(choices=[verdict.value for verdict in Verdict])
    detail = serializers.CharField(source="sentence")
    producer = serializers.CharField()
    job_id = serializers.CharField()
    made_at = serializers.CharField()
    model = serializers.CharField()
    signature = serializers.ChoiceField(
        choices=["valid", "invalid", "foreign", "missing", "unreadable"]
    )
    labels = serializers.IntegerField()
    sha256 = serializers.CharField()
    mime = serializers.CharField()
    bytes = serializers.IntegerField()


class VerifyView(APIView):
    """Anybody's question: was this made here?"""

    scopes = WORK

    authentication_classes = ()
    permission_classes = (AllowAny,)
    parser_classes = (VerifyParser,)

    @extend_schema(
        operation_id="verify_create",
        request={"multipart/form-data": VerifyRequestSerializer},
        responses=CheckedSerializer,
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Check a file, sent as the form field `file`; nothing of it is kept.

        `intact`: made here and as delivered. `changed`: our signature is in it and does not hold.
        `stripped`: what it shows is ours, its marks are gone. `claimed`: a label says so and
        nothing proves it. `not_ours`: nothing shows that it was made here. No key is needed;
        twenty a minute from one network address.
        """
        checked = check_upload(request.FILES, address=network_address(request), now=timezone.now())
        return Response(CheckedSerializer(checked).data)
