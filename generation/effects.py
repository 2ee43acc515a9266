"""What an effect is: a ready prompt with its pictures, its motion and its lengths. Pure.

An effect is told in the words of its user's language; the engine is told `prompt`. Nobody who uses
one reads the name of a model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

# How the pictures become the frames a clip starts and ends with:
#   start         the one picture is the first frame
#   beside        two pictures side by side are the first frame: who is apart is seen together
#   from_to       the first picture is the first frame, the second one the last
#   aged          the picture is the first frame, the same as an old print the last
Framing = Literal["start", "beside", "from_to", "aged"]
FRAMINGS: tuple[Framing, ...] = ("start", "beside", "from_to", "aged")
_PICTURES: Mapping[Framing, int] = {"start": 1, "beside": 2, "from_to": 2, "aged": 1}
# Those whose last frame is given, too.
ENDED: frozenset[Framing] = frozenset({"from_to", "aged"})
LANGUAGES = ("en", "zh-hans")
AXES = ("horizontal", "vertical", "zoom", "pan", "tilt", "roll")
Texts = Mapping[str, str]

# What is agreed to where a picture shows a person. Other words are another version.
CONSENT_VERSION = "1"
CONSENT_TEXT: Texts = {
    "en": (
        "The people in these pictures, or for a child its guardian, agree to this use, "
        "and I may use the pictures."
    ),
    "zh-hans": "照片中的人（未成年人由监护人）同意此用途，且我有权使用这些照片。",
}


@dataclass(frozen=True, slots=True)
class EffectInput:
    """A picture an effect needs. `person`: it shows someone, who must have agreed."""

    name: str
    label: Texts
    hint: Texts
    person: bool = False


@dataclass(frozen=True, slots=True)
class EffectOffer:
    """A version of an effect. Never edited: a change is a higher version of the same code.

    `prompt` is what the engine reads, `prompts` what people read and may edit where
    `prompt_editable`. `camera` has whole numbers from -10 to 10. `lengths` are in seconds.
    """

    code: str
    version: int
    name: Texts
    description: Texts
    inputs: tuple[EffectInput, ...]
    framing: Framing
    prompt: str
    prompts: Texts
    lengths: tuple[int, ...]
    prompt_editable: bool = True
    negative_prompt: str = ""
    camera: Mapping[str, int] | None = None

    @property
    def needs_consent(self) -> bool:
        """Whether one of its pictures shows a person."""
        return any(one.person for one in self.inputs)

    @property
    def preview(self) -> str:
        """The static file that shows what it does."""
        return f"effects/{self.code}.svg"


def in_language(texts: Texts, language: str) -> str:
    """The text in this language, in English where there is none."""
    return texts.get(language.lower()) or texts["en"]


def breaches(effect: EffectOffer) -> list[str]:
    """What an effect may not say; empty for a sound one."""
    found = []
    if len(effect.inputs) != _PICTURES[effect.framing]:
        found.append(f"{effect.framing} takes {_PICTURES[effect.framing]} picture(s)")
    if len({one.name for one in effect.inputs}) != len(effect.inputs):
        found.append("two inputs have one name")
    if not effect.lengths or not set(effect.lengths) <= {5, 10}:
        found.append("lengths are 5 and 10 seconds")
    if not effect.prompt:
        found.append("no prompt")
    camera = effect.camera or {}
    if not set(camera) <= set(AXES) or any(not -10 <= one <= 10 for one in camera.values()):
        found.append("no such camera")
    texts = [effect.name, effect.description, effect.prompts]
    texts += [words for one in effect.inputs for words in (one.label, one.hint)]
    found += [
        f"no {language} in {dict(words)}"
        for words in texts
        for language in LANGUAGES
        if not words.get(language)
    ]
    return found
