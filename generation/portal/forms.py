"""The create form: reads what was typed. What is allowed is decided by the services."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.selectors.teams import team_of_seat
from generation.kinds.camera import AXES, AXIS_MAX, MOVES
from generation.kinds.params import GUIDANCE_MAX, GUIDANCE_MIN, IMAGE_RATIOS, RESOLUTIONS
from generation.kinds.table import KINDS
from generation.models import Job
from generation.types import HIGH, PIECES_MAX, PROMPT_MAX, RELAXED, SECONDS, SEED_MAX, STANDARD

# The kinds this form makes, in the order of its tabs.
FORM_KINDS = {
    "image": _("Picture"),
    "video": _("Video"),
    "image_to_video": _("Picture to video"),
    "extension": _("Extend a clip"),
}
# Pictures that may be sent with it.
SLOTS = ("image", "image_tail")
_SAID = (
    *("prompt", "negative_prompt", "seed", "guidance", "aspect_ratio", "resolution"),
    *("duration", "quality", "image", "image_tail", "video", "lane", "campaign"),
)


class CreateForm(forms.Form):
    """Kind, prompt and options, with the key that makes a double click one job."""

    use_required_attribute = False

    kind = forms.ChoiceField(
        label=_("What to make"), choices=list(FORM_KINDS.items()), widget=forms.RadioSelect
    )
    prompt = forms.CharField(
        label=_("Prompt"),
        max_length=PROMPT_MAX,
        required=False,
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
    guidance = forms.FloatField(
        label=_("Guidance"),
        min_value=GUIDANCE_MIN,
        max_value=GUIDANCE_MAX,
        required=False,
        help_text=_("How closely your words are followed, 1 to 20. Empty: as the model likes."),
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.5"}),
    )
    aspect_ratio = forms.ChoiceField(
        choices=[("", ""), *((ratio, ratio) for ratio in IMAGE_RATIOS)], required=False
    )
    resolution = forms.ChoiceField(
        choices=[("", ""), *((name, name) for name in RESOLUTIONS)], required=False
    )
    duration = forms.TypedChoiceField(
        choices=[(seconds, seconds) for seconds in SECONDS],
        coerce=int,
        empty_value=None,
        required=False,
    )
    quality = forms.ChoiceField(choices=[(STANDARD, STANDARD), (HIGH, HIGH)], required=False)
    lane = forms.ChoiceField(choices=[("", ""), (RELAXED, RELAXED)], required=False)
    camera_move = forms.ChoiceField(
        choices=[("", ""), *((move, move) for move in MOVES)], required=False
    )
    image = forms.UUIDField(required=False)
    image_tail = forms.UUIDField(required=False)
    image_file = forms.FileField(required=False)
    image_tail_file = forms.FileField(required=False)
    video = forms.UUIDField(required=False)
    n = forms.IntegerField(min_value=1, max_value=PIECES_MAX, required=False)
    team = forms.CharField(max_length=36, required=False)
    campaign = forms.CharField(max_length=36, required=False)
    idempotency_key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    # The kind whose price stood on the button. Without scripts the switch cannot change it.
    shown_kind = forms.CharField(max_length=20, required=False)
    # The price that stood there; the list, or a choice without scripts, may have changed since.
    shown_cp = forms.IntegerField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for axis in AXES:
            self.fields[f"camera_{axis}"] = forms.IntegerField(
                min_value=-AXIS_MAX, max_value=AXIS_MAX, required=False
            )

    def clean(self) -> dict[str, Any]:
        """Nobody pays a price that was not on the button."""
        cleaned: dict[str, Any] = self.cleaned_data
        kind = cleaned.get("kind")
        if kind and kind != cleaned.get("shown_kind"):
            raise forms.ValidationError(
                _("The price has followed your choice. Look at it, then press the button again.")
            )
        needs = KINDS[kind].required if kind else frozenset()
        if "prompt" in needs and not cleaned.get("prompt") and "prompt" not in self.errors:
            self.add_error("prompt", _("Say what the picture or video should show."))
        if "image" in needs and not cleaned.get("image") and "image_file" not in self.errors:
            self.add_error("image_file", _("Choose the picture it begins with."))
        if "video" in needs and not cleaned.get("video"):
            self.add_error("video", _("Choose the clip that goes on."))
        return cleaned

    def params(self) -> dict[str, Any]:
        """What the services take, without what was left empty or is none of this kind."""
        known = KINDS[self.cleaned_data["kind"]].params
        params = {
            name: str(value) if name in ("image", "image_tail", "video") else value
            for name in _SAID
            if name in known and (value := self.cleaned_data.get(name)) not in ("", None)
        }
        pieces = known_pieces(self.cleaned_data["kind"], self.cleaned_data["n"])
        if pieces > 1:
            params["n"] = pieces
        camera = self.camera() if "camera" in known else None
        return {**params, "camera": camera} if camera else params

    def camera(self) -> dict[str, object] | None:
        """The master move that was chosen, else the sliders that were moved."""
        move = self["camera_move"].value()
        if isinstance(move, str) and move in MOVES:
            return {"move": move}
        sliders = {axis: _whole(self[f"camera_{axis}"].value()) for axis in AXES}
        return {axis: amount for axis, amount in sliders.items() if amount} or None

    def priced(self) -> dict[str, object]:
        """What the price and the plan depend on, of a form that may be half filled in."""
        known = KINDS[self.chosen_kind].params
        said: dict[str, object] = {"n": self.chosen_pieces}
        if str(self["duration"].value()) == str(SECONDS[1]):
            said["duration"] = SECONDS[1]
        if self["quality"].value() == HIGH:
            said["quality"] = HIGH
        if self["lane"].value() == RELAXED:
            said["lane"] = RELAXED
        camera = self.camera()
        if camera:
            said["camera"] = camera
        return {name: value for name, value in said.items() if name in known}

    @property
    def chosen_kind(self) -> str:
        """The kind on the switch, a picture when none is or when it is unknown."""
        return known_kind(self["kind"].value())

    @property
    def chosen_team(self) -> uuid.UUID | None:
        """The team that is to pay, None for the user and for what names none."""
        try:
            return uuid.UUID(str(self["team"].value()))
        except ValueError:
            return None

    @property
    def chosen_pieces(self) -> int:
        """The number chosen, one when none is or when it is none of this kind."""
        return known_pieces(self.chosen_kind, self["n"].value())

    @property
    def has_options(self) -> bool:
        """Whether the folded part holds something, so that it must be open."""
        names = ("negative_prompt", "seed", "guidance", "lane")
        return any(self[name].value() or self[name].errors for name in names)


def known_kind(kind: object) -> str:
    """`kind` if this form makes it, else a picture."""
    return kind if isinstance(kind, str) and kind in FORM_KINDS else "image"


def known_pieces(kind: str, pieces: object) -> int:
    """`pieces` if a job of this kind may ask for as many, else one."""
    text = str(pieces)
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 1
    return number if 1 <= number <= KINDS[kind].pieces_max else 1


def _whole(value: object) -> int:
    """A slider's number; 0 for what no slider sends."""
    text = str(value).removeprefix("-")
    if not (text.isascii() and text.isdigit() and len(text) < 3):
        return 0
    return max(-AXIS_MAX, min(AXIS_MAX, int(str(value))))


def fresh_key() -> str:
    """An idempotency key no form had before."""
    return f"form:{uuid.uuid4()}"


def begun(chosen: Mapping[str, object]) -> CreateForm:
    """A form that begins with what an address names: a kind, a picture, a clip."""
    names = ("kind", "image", "image_tail", "video", "team", "campaign")
    initial = {name: chosen[name] for name in names if chosen.get(name)}
    return CreateForm(initial={**initial, "idempotency_key": fresh_key()})


def like(job: Job) -> CreateForm:
    """A form that repeats `job`, its seed included."""
    params = cast(Mapping[str, Any], job.params)
    camera = params.get("camera") or {}
    return CreateForm(
        initial={
            **{name: params[name] for name in _SAID if name in params},
            **{f"camera_{name}": value for name, value in camera.items()},
            "kind": job.kind,
            "seed": job.seed,
            "team": str(team_of_seat(job.seat_id) or ""),
            "n": job.pieces,
            "idempotency_key": fresh_key(),
        }
    )


def again(posted: QueryDict) -> CreateForm:
    """The posted form with a new key: what was refused may be sent again, changed."""
    data = posted.copy()
    data["idempotency_key"] = fresh_key()
    return CreateForm(data)
