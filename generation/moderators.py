"""The model that settings name, asked about texts and pictures. Never in a transaction."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import lru_cache

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from generation.errors import ModerationUnavailable
from generation.moderation.http_model import HttpModerator
from generation.moderation.port import Image, ModelFailed, Moderator, Opinion, Text
from generation.moderation.types import Finding

log = logging.getLogger(__name__)
_RETRY_SECONDS = 10


def opinions_on_texts(texts: Mapping[str, str]) -> list[Finding]:
    """What the model finds in texts; nothing where none is set. Raises ModerationUnavailable."""
    return _asked([Text(text, field) for field, text in texts.items() if text])


def opinions_on_pictures(pictures: Mapping[str, bytes]) -> list[Finding]:
    """What the model finds in pictures, PNG by field. Raises ModerationUnavailable."""
    return _asked([Image(png, field) for field, png in pictures.items()])


def has_model() -> bool:
    """Whether a model is set at all."""
    return bool(settings.MODERATION_MODEL)


def _asked(items: list[Text] | list[Image]) -> list[Finding]:
    if not has_model():
        return []
    model = _model(
        settings.MODERATION_MODEL, settings.MODERATION_TOKEN, settings.MODERATION_TIMEOUT_MS
    )
    findings: list[Finding] = []
    for item in items:
        try:
            opinion = model.moderate(item)
        except Exception as error:
            # A plug-in may raise anything; what it could not judge is not judged.
            level = logging.WARNING if isinstance(error, ModelFailed) else logging.ERROR
            log.log(level, "the moderation model failed on %s: %r", item.field, error)
            if settings.MODERATION_ON_FAILURE == "OPEN":
                continue
            raise ModerationUnavailable(
                _("This cannot be checked right now; nothing was charged. Try again in a moment."),
                facts={"retry_after_seconds": _RETRY_SECONDS},
            ) from error
        if opinion.action != "allow":
            findings.append(_finding(item, opinion))
    return findings


def _finding(item: Text | Image, opinion: Opinion) -> Finding:
    return Finding(
        field=item.field,
        rule_id=f"model:{opinion.name or opinion.category}"[:60],
        category=opinion.category,
        action=opinion.action,
        source="model",
        detail="" if opinion.score_pm is None else f"score {opinion.score_pm}/1000",
    )


@lru_cache(maxsize=2)
def _model(named: str, token: str, timeout_ms: int) -> Moderator:
    if named.startswith(("http://", "https://")):
        return HttpModerator(named, token=token, timeout_ms=timeout_ms)
    made: Moderator = import_string(named)()
    return made
