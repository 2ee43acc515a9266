"""What every view of the dialect shares: who asks, how errors look, what stands in the headers."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

import structlog
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import WORK
from accounts.models import ApiKey, User
from generation.openai.bodies import JSON_MAX, FormParser
from generation.openai.translation import error_of, refused, retry_helps

Handler = Callable[[Exception, dict[str, Any]], Response]


class AlwaysJson(DefaultContentNegotiation):
    """Clients ask for `application/binary` and take what comes; a refusal is JSON all the same."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class OpenAIView(APIView):
    """A view that refuses as OpenAI does and has its headers on every answer."""

    scopes = WORK
    schema = None  # described by docs/openai.md and OpenAI's own description
    content_negotiation_class = AlwaysJson
    parser_classes = [*APIView.parser_classes, FormParser]
    body_max_bytes = JSON_MAX

    def get_exception_handler(self) -> Handler:
        """The API's own, its problem document in OpenAI's words."""
        described: Handler = super().get_exception_handler()

        def in_their_words(error: Exception, context: dict[str, Any]) -> Response:
            return translated(described(error, context))

        return in_their_words

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """The answer, with the id under which the logs have it."""
        done: Response = super().finalize_response(request, response, *args, **kwargs)
        done["x-request-id"] = request_id()
        return done


def translated(problem: Response) -> Response:
    """A problem document as OpenAI's error, with word on whether to ask again."""
    assert isinstance(problem.data, dict)
    response = Response(error_body(problem.data), status=problem.status_code)
    for name in ("Retry-After", "WWW-Authenticate"):
        if name in problem.headers:
            response[name] = problem.headers[name]
    response["x-should-retry"] = "true" if retry_helps(problem.data) else "false"
    wait = problem.data.get("retry_after_seconds")
    if wait is not None:
        response["Retry-After"] = str(wait)
    return response


def error_body(problem: dict[str, Any]) -> dict[str, object]:
    """The body of an error."""
    return {"error": error_of(problem)}


def request_id() -> str:
    """The id of this request in the logs; a fresh one before there is any."""
    bound = structlog.contextvars.get_contextvars()
    return str(bound.get("request_id") or uuid.uuid4())


def user_of(request: Request) -> User:
    """Whose key it is."""
    return cast(User, request.user)


def key_of(request: Request) -> ApiKey:
    """The key itself."""
    return cast(ApiKey, request.auth)


def team_of(request: Request, said: object) -> UUID | None:
    """The team that pays, from the field `team` or the header `Inkling-Team`.

    Raises InvalidRequest.
    """
    text = said if said is not None else request.headers.get("Inkling-Team")
    if text is None:
        return None
    try:
        return UUID(str(text))
    except ValueError:
        raise refused("team", "must be the id of a team") from None


def repeats_of(request: Request) -> int:
    """How many times a client says it has sent this before."""
    said = request.headers.get("x-stainless-retry-count", "")
    return min(int(said), 100) if said.isascii() and said.isdigit() else 0
