"""Forms with files, bounded before they are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.parsers import MultiPartParser

from generation.pictures import Fault
from generation.services import uploads

# One picture and what a form says around it.
FORM_MAX = uploads.BYTES_MAX + 100_000


class BoundedFormParser(MultiPartParser):
    """A form with one picture, refused by its announced length before a byte of it is stored.

    `field` is what the refusal names.
    """

    field = "file"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        assert parser_context is not None
        announced = parser_context["request"].META.get("CONTENT_LENGTH") or "0"
        # No more than what is announced is ever read.
        if announced.isdigit() and int(announced) > FORM_MAX:
            raise uploads.refusal(Fault.TOO_LARGE, field=self.field)
        return super().parse(stream, media_type, parser_context)
