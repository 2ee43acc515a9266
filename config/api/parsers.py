"""Reads JSON bodies: bounded in size and depth, so that a hostile one is a 400 and not a 500."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import IO, Any

from django.conf import settings
from rest_framework import exceptions, parsers, status


class TooLarge(exceptions.APIException):
    """The body is larger than any request is."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body is larger than any request here is."


class JSONParser(parsers.BaseParser):
    """DRF's parser behind a limit.

    Not derived from it: to those DRF hands a body that Django has read whole, and Django's limit,
    which is one for all views, ends there as an unexpected error. A view that takes more says so:
    `body_max_bytes`.
    """

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        view = (parser_context or {}).get("view")
        body_max: int = getattr(view, "body_max_bytes", settings.API_BODY_MAX_BYTES)
        body = stream.read(body_max + 1)
        if len(body) > body_max:
            raise TooLarge
        try:
            return parsers.JSONParser().parse(BytesIO(body), media_type, parser_context)
        except RecursionError:
            raise exceptions.ParseError("The JSON is nested too deeply.") from None
