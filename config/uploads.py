"""How much a form may bring along: refused by its announced length, before anything is stored."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

# Two pictures of ten megabytes and a form around them.
FORM_MAX_BYTES = 21_000_000


class BoundedForms(FileUploadHandler):
    """First of the upload handlers: lets a form through, or answers 400."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,
        content_length: int,
        boundary: Any,
        encoding: Any = None,
    ) -> None:
        if content_length > FORM_MAX_BYTES:
            raise RequestDataTooBig(f"a form of {content_length} bytes")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
