"""The demonstration model's card, and what it says of a prompt while it is typed."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from generation import demonstration
from generation.demo_model import words
from generation.portal.forms import known_kind
from generation.types import PROMPT_MAX

# Sample prompts that use nothing but words the model knows.
EXAMPLES = (
    "a red star on the left on a blue background",
    "a yellow ring moving right on a black background",
    "a green square on a white background , camera zooms in",
)
PARTS = {"stills": _("Pictures"), "clips": _("Video")}
CRITERIA = {
    "background": _("colour of the background"),
    "colour": _("colour of the shape"),
    "place": _("place of the shape"),
    "shape": _("which shape"),
    "direction": _("direction of motion"),
    "growth": _("growing or shrinking"),
    "camera": _("camera move: axis and direction"),
}


@require_safe
def card(request: HttpRequest) -> HttpResponse:
    """What the demonstration model is, the words it knows, and how well it obeys them."""
    figures = demonstration.figures()
    scores = [
        {
            "part": PARTS[part],
            "what": CRITERIA[name],
            "obeyed": obeyed,
            "cases": cases,
            "percent": round(100 * obeyed / cases),
        }
        for part, found in figures.get("scores", {}).items()
        for name, (obeyed, cases) in found.items()
    ]
    known = (
        (_("Shapes, one or two"), words.SHAPES),
        (_("Colours, of shapes and background"), words.COLOURS),
        (_("Sizes"), words.SIZES),
        (_("Places"), words.PLACES),
        (_("Between two shapes"), words.RELATIONS),
        (_("Motion"), words.MOTIONS),
        (_("Camera"), words.CAMERA),
        (_("Effects"), (words.OLD_PHOTO, words.REVIVAL, words.EMBRACE)),
    )
    context = {
        "examples": EXAMPLES,
        "scores": scores,
        "known": [(title, ", ".join(phrases)) for title, phrases in known],
        "bytes": figures.get("bytes"),
    }
    return render(request, "generation/demonstration.html", context)


@require_POST
@login_required
@never_cache
def notice(request: HttpRequest) -> HttpResponse:
    """What the model that would be used does not know of the prompt."""
    prompt = request.POST.get("prompt", "")[:PROMPT_MAX]
    return render(
        request,
        "generation/parts/demonstration.html",
        about(known_kind(request.POST.get("kind")), prompt),
    )


def about(kind: str, prompt: str) -> dict[str, object]:
    """Whether the demonstration model would make it, and what it does not know of it."""
    demonstrates = demonstration.makes(kind)
    return {
        "demonstrates": demonstrates,
        "notices": demonstration.notices(prompt) if demonstrates else [],
    }
