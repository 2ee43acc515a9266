"""REST face of uploads: pictures to work from."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import WORK
from accounts.errors import InvalidRequest
from accounts.models import User
from generation.multipart import BoundedFormParser
from generation.services import uploads

# Two pictures in base64 and all the words beside them.
PICTURES_BODY_MAX = 28_000_000


class UploadRequestSerializer(serializers.Serializer[Any]):
    """A form with one file."""

    file = serializers.FileField(help_text="JPEG, PNG or WebP; at most 10 MB and 50 megapixels")


class UploadSerializer(serializers.Serializer[Any]):
    """A picture that was taken in: upright, without metadata, a PNG at most 2048 pixels long.

    `id` is what `params.image` and `params.image_tail` take until `expires_at`.
    """

    id = serializers.UUIDField()
    mime = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    bytes = serializers.IntegerField()
    sha256 = serializers.CharField()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class UploadsView(APIView):
    """The way in."""

    scopes = WORK

    parser_classes = [BoundedFormParser]
    rate_limit = "uploads"

    @extend_schema(
        operation_id="uploads_create",
        request={"multipart/form-data": UploadRequestSerializer},
        responses={201: UploadSerializer},
    )
    def post(self, request: Request) -> Response:
        """Send a picture to work from, as the form field `file`.

        JPEG, PNG or WebP by its content; at most 10 MB and 50 megapixels; each side at least 300
        pixels; at most 2.5 to 1. It is turned upright, cleaned of all metadata, put on white where
        it is transparent, made no longer than 2048 pixels and kept for 24 hours, and for 30 days
        after each job that uses it. The same file sent again is the same upload. At most 200 an
        hour.
        """
        file = request.FILES.get("file")
        if file is None or len(request.FILES) + len(request.POST) > 1:
            raise InvalidRequest(
                _("Send one file, in the form field “file”."),
                fields={"file": "exactly one file is required"},
            )
        # One byte more than is taken is enough to know that it is too much.
        data = file.read(uploads.BYTES_MAX + 1)
        upload = uploads.keep_upload(
            user=cast(User, request.user), data=data, field="file", now=timezone.now()
        )
        return Response(UploadSerializer(upload).data, status=status.HTTP_201_CREATED)


class UploadView(APIView):
    """One picture."""

    scopes = WORK

    @extend_schema(operation_id="uploads_retrieve", responses=UploadSerializer)
    def get(self, request: Request, upload_id: UUID) -> Response:
        """What was taken in, and until when it is kept."""
        upload = uploads.upload_for(
            user=cast(User, request.user), upload_id=upload_id, now=timezone.now()
        )
        return Response(UploadSerializer(upload).data)

    @extend_schema(operation_id="uploads_destroy", responses={204: None})
    def delete(self, request: Request, upload_id: UUID) -> Response:
        """Forget it at once. A job that still waits for it fails and is not charged."""
        uploads.delete_upload(
            user=cast(User, request.user), upload_id=upload_id, now=timezone.now()
        )
        return Response(status=status.HTTP_204_NO_CONTENT)
