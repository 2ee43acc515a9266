"""Reads bodies as OpenAI's clients send them: JSON, or a form whose names carry brackets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import IO, Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from rest_framework.request import Request

from generation.multipart import BoundedFormParser
from generation.openai.translation import refused
from generation.services import uploads

# A picture in base64 and all the words beside it.
JSON_MAX = 14_000_000
_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_DEPTH_MAX = 4
_FIELDS_MAX = 200


class FormParser(BoundedFormParser):
    """A form whose text is bounded too."""

    field = "input_reference"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent):
            raise refused("body", "holds more text or more parts than is read") from None


class Given:
    """What a request said, taken name by name; what is left at the end nobody understood."""

    def __init__(self, values: Mapping[str, object]) -> None:
        # A null says nothing, as if it were not there.
        self._values = {name: value for name, value in values.items() if value is not None}

    def take(self, name: str) -> object:
        """The value, None where nothing was said."""
        return self._values.pop(name, None)

    def text(self, name: str) -> str | None:
        """The value as text. Raises InvalidRequest."""
        value = self.take(name)
        if value is not None and not isinstance(value, str):
            raise refused(name, "must be text")
        return value

    def prompt(self) -> str:
        """The prompt. Raises InvalidRequest."""
        prompt = self.text("prompt")
        if prompt is None or not prompt.strip():
            raise refused("prompt", "is required")
        return prompt

    def flag(self, name: str) -> bool:
        """The value as yes or no. Raises InvalidRequest."""
        value = self.take(name)
        if value not in (None, True, False, "true", "false"):
            raise refused(name, "must be true or false")
        return value in (True, "true")

    def nothing_left(self) -> None:
        """Raises InvalidRequest for what is not understood: it would be ignored otherwise."""
        for name in self._values:
            raise refused(name[:60], "is not a parameter of this call")


def body_of(request: Request) -> Given:
    """What the body says. Raises InvalidRequest and what the parser raises."""
    data = request.data
    if isinstance(data, QueryDict):
        named = [(name, value) for name in data for value in data.getlist(name)]
        return Given(unflattened(named))
    if not isinstance(data, Mapping):
        raise refused("body", "must be an object")
    return Given(data)


def unflattened(fields: Iterable[tuple[str, object]]) -> dict[str, Any]:
    """`a[b][c]` as an object in an object, `a[]` as a list. Raises InvalidRequest."""
    whole: dict[str, Any] = {}
    for count, (name, value) in enumerate(fields):
        match = _NAME.fullmatch(name)
        path = re.findall(r"\[([^\[\]]*)\]", match[2]) if match else []
        if match is None or len(path) > _DEPTH_MAX or count >= _FIELDS_MAX:
            raise refused(name[:60], "is not a parameter of this call")
        _place(whole, match[1], path, value)
    return whole


def _place(whole: dict[str, Any], name: str, path: list[str], value: object) -> None:
    here, step = whole, name
    for inner in path:
        if inner == "":
            held = here.setdefault(step, [])
            if not isinstance(held, list) or path[-1] != "":
                raise refused(name, "is written in two ways")
            held.append(value)
            return
        deeper = here.setdefault(step, {})
        if not isinstance(deeper, dict):
            raise refused(name, "is written in two ways")
        here, step = deeper, inner
    if step in here:
        raise refused(name, "is given twice")
    here[step] = value


def picture_bytes(file: UploadedFile[Any]) -> bytes:
    """A file of a form; one byte more than is taken is enough to know that it is too much."""
    return bytes(file.read(uploads.BYTES_MAX + 1))
