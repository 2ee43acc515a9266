"""The create form: reads what was typed. What is allowed is decided by the services."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from generation.kinds.table import KINDS
from generation.models import Job
from generation.types import PIECES_MAX, PROMPT_MAX, SEED_MAX


class CreateForm(forms.Form):
    """Kind, prompt and options, with the key that makes a double click one job."""

    kind = forms.ChoiceField(
        label=_("What to make"),
        choices=[("image", _("Picture")), ("video", _("Video"))],
        widget=forms.RadioSelect,
    )
    prompt = forms.CharField(
        label=_("Prompt"),
        max_length=PROMPT_MAX,
        error_messages={"required": _("Say what the picture or video should show.")},
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    negative_prompt = forms.CharField(
        label=_("What to keep out"),
        max_length=PROMPT_MAX,
        required=False,
        help_text=_("Separated by commas, for example: text, people."),
        widget=forms.TextInput(),
    )
    seed = forms.IntegerField(
        label=_("Seed"),
        min_value=0,
        max_value=SEED_MAX,
        required=False,
        help_text=_("The same seed and prompt give the same result. Empty: drawn at random."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    n = forms.IntegerField(min_value=1, max_value=PIECES_MAX, required=False)
    idempotency_key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    # The kind whose price stood on the button. Without scripts the switch cannot change it.
    shown_kind = forms.CharField(max_length=20, required=False)
    # The price that stood there; the list may have changed since.
    shown_cp = forms.IntegerField(required=False)

    def clean(self) -> dict[str, Any]:
        """Nobody pays a price that was not on the button."""
        cleaned: dict[str, Any] = self.cleaned_data
        if cleaned.get("kind") and cleaned["kind"] != cleaned.get("shown_kind"):
            raise forms.ValidationError(
                _("The price has followed your choice. Look at it, then press the button again.")
            )
        return cleaned

    def params(self) -> dict[str, Any]:
        """What the services take, without what was left empty."""
        names = ("prompt", "negative_prompt", "seed")
        params = {
            name: self.cleaned_data[name]
            for name in names
            if self.cleaned_data[name] not in ("", None)
        }
        pieces = known_pieces(self.cleaned_data["kind"], self.cleaned_data["n"])
        return {**params, "n": pieces} if pieces > 1 else params

    @property
    def chosen_kind(self) -> str:
        """The kind on the switch, a picture when none is or when it is unknown."""
        return known_kind(self["kind"].value())

    @property
    def chosen_pieces(self) -> int:
        """The number chosen, one when none is or when it is none of this kind."""
        return known_pieces(self.chosen_kind, self["n"].value())

    @property
    def has_options(self) -> bool:
        """Whether the folded part holds something, so that it must be open."""
        return any(self[name].value() or self[name].errors for name in ("negative_prompt", "seed"))


def known_kind(kind: object) -> str:
    """`kind` if there is such a kind, else a picture."""
    return kind if isinstance(kind, str) and kind in KINDS else "image"


def known_pieces(kind: str, pieces: object) -> int:
    """`pieces` if a job of this kind may ask for as many, else one."""
    text = str(pieces)
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 1
    return number if 1 <= number <= KINDS[kind].pieces_max else 1


def pieces_of(kind: str) -> range:
    """How many pieces a job of this kind may ask for."""
    return range(1, KINDS[kind].pieces_max + 1)


def fresh_key() -> str:
    """An idempotency key no form had before."""
    return f"form:{uuid.uuid4()}"


def blank(kind: str) -> CreateForm:
    """An empty form."""
    return CreateForm(initial={"kind": kind, "idempotency_key": fresh_key()})


def like(job: Job) -> CreateForm:
    """A form that repeats `job`, its seed included."""
    params = cast(Mapping[str, object], job.params)
    return CreateForm(
        initial={
            "kind": job.kind,
            "prompt": params.get("prompt", ""),
            "negative_prompt": params.get("negative_prompt", ""),
            "seed": job.seed,
            "n": job.pieces,
            "idempotency_key": fresh_key(),
        }
    )


def again(posted: QueryDict) -> CreateForm:
    """The posted form with a new key: what was refused may be sent again, changed."""
    data = posted.copy()
    data["idempotency_key"] = fresh_key()
    return CreateForm(data)
