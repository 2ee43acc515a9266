"""`moderations.create`: what the rules here find, without making anything."""

from __future__ import annotations

import uuid

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.scopes import READ
from generation.kinds.params import PictureParam, Text
from generation.moderation.hashes import pixels_of
from generation.moderation.types import Finding
from generation.openai.bodies import body_of
from generation.openai.faces import OpenAIView
from generation.openai.translation import moderation_of, refused
from generation.services.picture_safety import look
from generation.services.safety import opinions_on
from generation.services.uploads import clean_picture
from generation.types import BadParam, SentPicture

MODEL = "inkling-rules"
INPUTS_MAX = 32


class ModerationsView(OpenAIView):
    """Asking the rules."""

    scopes = (READ, READ)  # nothing is made or kept

    def post(self, request: Request) -> Response:
        """What is found in each text and picture; nothing is recorded against anybody."""
        given = body_of(request)
        given.text("model")  # there is one way to judge
        inputs = _inputs(given.take("input"))
        given.nothing_left()
        results = [moderation_of(findings, kind) for kind, findings in map(_judged, inputs)]
        return Response({"id": f"modr-{uuid.uuid4().hex}", "model": MODEL, "results": results})


def _inputs(given: object) -> list[object]:
    inputs = given if isinstance(given, list) else [given]
    if not inputs or len(inputs) > INPUTS_MAX or given is None:
        raise refused("input", f"must be a text, or a list of 1 to {INPUTS_MAX} inputs")
    return inputs


def _judged(one: object) -> tuple[str, list[Finding]]:
    """What kind of input it is, and what is found in it."""
    match one:
        case {"type": "text", "text": text} | (str() as text):
            return "text", opinions_on({"prompt": _text(text)})
        case {"type": "image_url", "image_url": {"url": str(url)}} if url.startswith("data:"):
            data = clean_picture(_picture(url), field="input").data
            return "image", look({"input": pixels_of(data)}, pngs={"input": data})
    raise refused("input", "must hold texts and pictures as data URLs: no address is fetched here")


def _text(text: object) -> str:
    try:
        return str(Text().read(text) or "")
    except BadParam as bad:
        raise refused("input", str(bad)) from None


def _picture(url: str) -> bytes:
    try:
        read = PictureParam().read(url)
    except BadParam as bad:
        raise refused("input", str(bad)) from None
    assert isinstance(read, SentPicture)
    return read.data
