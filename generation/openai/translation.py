"""What OpenAI's words mean here: sizes, seconds, categories, errors. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from accounts.errors import InvalidRequest
from generation import sizes
from generation.kinds.params import IMAGE_RATIOS, RESOLUTIONS, VIDEO_RATIOS
from generation.moderation.types import Finding


def size_text(size: sizes.Size | None) -> str:
    """A size as OpenAI writes it; "auto" where nobody knows it yet."""
    return "auto" if size is None else f"{size[0]}x{size[1]}"


def _picture_sizes() -> dict[str, dict[str, str]]:
    """Every size of a picture that can be asked for, and what it is called here."""
    exact = {
        size_text(sizes.picture_size(ratio, resolution)): {
            "aspect_ratio": ratio,
            "resolution": resolution,
        }
        for ratio in IMAGE_RATIOS
        for resolution in RESOLUTIONS
    }
    # OpenAI's own two: the shape is exact, the pixels are those of 1k.
    wide = {"aspect_ratio": "3:2", "resolution": "1k"}
    tall = {"aspect_ratio": "2:3", "resolution": "1k"}
    return {"auto": {}, "1536x1024": wide, "1024x1536": tall, **exact}


PICTURE_SIZES: Mapping[str, Mapping[str, str]] = _picture_sizes()
CLIP_SIZES: Mapping[str, str] = {size_text(sizes.clip_size(ratio)): ratio for ratio in VIDEO_RATIOS}
CLIP_SIZE_DEFAULT = "720x1280"
# OpenAI's lengths become the next longer one there is; 12 and more would become a shorter one.
SECONDS: Mapping[str, int] = {"4": 5, "5": 5, "8": 10, "10": 10}

# OpenAI's parameters of pictures that say how the one way it is done here is called there.
PICTURE_CHOICES: Mapping[str, tuple[object, ...]] = {
    "background": ("auto", "opaque"),
    "moderation": ("auto",),
    "output_compression": (100,),
    "output_format": ("png",),
    "quality": ("auto", "standard"),
    "response_format": ("b64_json", "url"),
}
PARTIAL_IMAGES_MAX = 3


def chosen(name: str, value: object, choices: Iterable[object]) -> object:
    """The value, if it is one of these. Raises InvalidRequest, naming the parameter."""
    known = list(choices)
    if not isinstance(value, str | int) or value not in known:
        raise refused(name, f"must be one of: {', '.join(map(str, known))}")
    return value


def refused(name: str, fault: str) -> InvalidRequest:
    """How a parameter that cannot be is refused."""
    return InvalidRequest(f"{name} {fault}.", fields={name: fault})


def number(value: object) -> object:
    """A form has words only: the number in one, or what was given."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,15}", value):
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,15}\.[0-9]{1,15}", value):
        return float(value)
    return value


def camera(value: object) -> object:
    """A camera whose numbers may have come as words."""
    if not isinstance(value, Mapping):
        return value
    return {axis: number(amount) for axis, amount in value.items()}


# Names of parameters, from ours to OpenAI's.
_NAMES = {
    "duration": "seconds",
    "aspect_ratio": "size",
    "resolution": "size",
    "image": "input_reference",
}


def param_of(field: str) -> str | None:
    """What OpenAI's client calls a field at fault; None for the body as a whole."""
    if field == "body":
        return None
    if field == "kind":
        return "model"
    name = field.removeprefix("params.")
    return _NAMES.get(name, name) if name != field else field


_TYPES = {
    401: "authentication_error",
    402: "insufficient_quota",
    403: "permission_error",
    429: "rate_limit_error",
}
_CODES = {"unauthenticated": "invalid_api_key"}
# What a program may simply ask again: nothing was done, or it is done once all the same.
RETRIED = frozenset(
    {
        "internal_error",
        "moderation_unavailable",
        "still_running",
        "throttled",
        "too_many_streams",
        "unavailable",
    }
)


def error_of(problem: Mapping[str, object]) -> dict[str, object]:
    """OpenAI's error object for a problem document; facts of a refusal stand in it too."""
    status, code = problem["status"], str(problem["code"])
    fields = problem.get("fields")
    field = next(iter(fields), None) if isinstance(fields, Mapping) else None
    assert isinstance(status, int)
    kind = _TYPES.get(status) or ("server_error" if status >= 500 else "invalid_request_error")
    message = problem["detail"]
    if code == "invalid_request" and isinstance(fields, Mapping):
        # Our sentence has our names; they know their own only.
        told = (f"{param_of(str(name)) or 'The body'} {fault}" for name, fault in fields.items())
        message = "; ".join(told).rstrip(".") + "."
    facts = {
        name: fact
        for name, fact in problem.items()
        if name not in {"type", "title", "status", "code", "detail", "fields"}
    }
    return {
        **facts,
        "message": message,
        "type": kind,
        "param": param_of(str(field)) if field is not None else None,
        "code": _CODES.get(code, code),
    }


def retry_helps(problem: Mapping[str, object]) -> bool:
    """Whether the same request may fare better in a moment."""
    slots = problem["code"] == "quota_exceeded" and problem.get("quota") == "parallel_jobs"
    return slots or problem["code"] in RETRIED


# Our categories in OpenAI's. Those it has no name for stand beside under their own.
_CATEGORIES: Mapping[str, tuple[str, ...]] = {
    "sexual_minors": ("sexual", "sexual/minors"),
    "sexual": ("sexual",),
    "gore": ("violence", "violence/graphic"),
    "hate": ("hate",),
    "self_harm": ("self-harm",),
    "weapons": ("illicit", "illicit/violent"),
}
CATEGORIES = (
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/intent",
    "self-harm/instructions",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
    "political_impersonation",
    "extremism",
    "other",
)
_SCORES = {"block": 1.0, "review": 0.5}


def moderation_of(findings: Iterable[Finding], kind: str) -> dict[str, object]:
    """OpenAI's result for one input, a "text" or an "image". A score says what follows: 1 is
    refused, 0.5 is looked at by a person."""
    scores = dict.fromkeys(CATEGORIES, 0.0)
    for finding in findings:
        for name in _CATEGORIES.get(finding.category, (finding.category,)):
            scores[name] = max(scores[name], _SCORES.get(finding.action, 0.0))
    flagged = {name: score > 0 for name, score in scores.items()}
    return {
        "flagged": any(flagged.values()),
        "categories": flagged,
        "category_scores": scores,
        "category_applied_input_types": {
            name: [kind] if found else [] for name, found in flagged.items()
        },
    }
