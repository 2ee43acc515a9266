"""The demonstration model where it makes something: what it is called and what it cannot know.

It is the demonstration model's folder that decides, so an operator's own model brings none of
this.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from generation.demo_model.words import unknown_words
from generation.models import Job

UNKNOWN_WORDS = "unknown_words"
# More would be a list nobody reads.
WORDS_TOLD = 12


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a user should know about a request that is not refused."""

    code: str
    message: str
    words: tuple[str, ...] = ()


def makes(kind: str) -> bool:
    """Whether the demonstration model makes works of this kind now."""
    source = settings.ENGINE_IMAGE_MODEL if kind == "image" else settings.ENGINE_VIDEO_MODEL
    return bool(source == str(settings.DEMO_CHECKPOINT))


def made(job: Job) -> bool:
    """Whether the demonstration model made this job, or will make it."""
    if job.engine:
        return bool(job.engine.get("model") == Path(settings.DEMO_CHECKPOINT).name)
    return makes(job.kind)


def notices(prompt: str) -> list[Notice]:
    """What the model cannot know of a prompt; none when it knows every word."""
    strange = tuple(unknown_words(prompt))
    if not strange:
        return []
    told = ", ".join(strange[:WORDS_TOLD]) + ("…" if len(strange) > WORDS_TOLD else "")
    message = _(
        "The demonstration model has never seen: %(words)s. It will draw the words it knows and"
        " guess the rest."
    ) % {"words": told}
    return [Notice(UNKNOWN_WORDS, message, strange)]


def notices_of(job: Job) -> list[Notice]:
    """What a job's user should know; none unless the demonstration model makes it."""
    return notices(str(job.params.get("prompt", ""))) if made(job) else []


@functools.cache
def figures() -> Mapping[str, Any]:
    """The model card's figures: steps, bytes, and scores as part, criterion, [obeyed, cases].

    Empty where the configured folder brings none, as the random one of tests.
    """
    path = Path(settings.DEMO_CHECKPOINT) / "card.json"
    told: Mapping[str, Any] = json.loads(path.read_text()) if path.is_file() else {}
    return told
