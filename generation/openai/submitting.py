"""From a call of OpenAI's to a submitted job: which model, which key, which request."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from rest_framework.request import Request

from generation.model_registry import Model
from generation.openai.faces import key_of, repeats_of, team_of, user_of
from generation.openai.translation import refused
from generation.requests import read_request
from generation.services import openai_calls
from generation.services.abilities import needs_of
from generation.services.jobs import Submitted, submit_job
from generation.types import GenerationRequest


def _check_model(name: str | None, request: GenerationRequest) -> None:
    """Refuse a model that would not do this work: the operator's order of models decides which
    does. Raises InvalidRequest."""
    model: Model | None = settings.MODEL_REGISTRY.default_for(needs_of(request))
    if name is None or model is None:
        return  # nothing was asked for, or the submit says that no model here can
    if settings.OPENAI_MODEL_ALIASES.get(name, name) != model.id:
        raise refused("model", f"must be one of: {', '.join(names_of(model))}")


def names_of(model: Model) -> list[str]:
    """What a model may be called: its own name first."""
    aliases = settings.OPENAI_MODEL_ALIASES.items()
    return [model.id, *(alias for alias, model_id in aliases if model_id == model.id)]


def submitted(
    request: Request,
    *,
    call: str,
    kind: str,
    params: Mapping[str, object],
    model: str | None,
    team: object,
    now: datetime,
) -> Submitted:
    """Submit once, however often the client repeats the call; raises what `submit_job` raises.

    `call` is the name of the call: equal requests of two calls are two.
    """
    team_id = team_of(request, team)
    asked = read_request(kind, params)
    _check_model(model, asked)
    key = request.headers.get("Idempotency-Key")
    if key is None:
        digest = hashlib.sha256(f"{call} {team_id} ".encode() + asked.digest()).digest()
        key = openai_calls.key_for(
            api_key=key_of(request), digest=digest, repeats=repeats_of(request), now=now
        )
    return submit_job(
        user=user_of(request),
        kind=kind,
        params=params,
        team_id=team_id,
        idempotency_key=key,
        api_key=key_of(request),
        now=now,
    )
