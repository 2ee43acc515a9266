"""The form of one effect: its pictures, its words, its length. What is allowed the services say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from generation.effects import EffectInput, EffectOffer, in_language
from generation.portal.forms import fresh_key
from generation.portal.picture_fields import PicturesForm
from generation.types import HIGH, PROMPT_MAX, STANDARD


class EffectForm(PicturesForm):
    """An effect with its pictures, and the key that makes a double click one job."""

    prompt = forms.CharField(
        label=_("What happens"),
        max_length=PROMPT_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    duration = forms.TypedChoiceField(label=_("Length"), coerce=int)
    quality = forms.ChoiceField(
        label=_("Quality"), choices=[(STANDARD, _("Standard")), (HIGH, _("High"))]
    )
    consent = forms.BooleanField(required=False)
    idempotency_key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    # The length and quality whose price stood on the button, and that price.
    shown_for = forms.CharField(max_length=30, required=False)
    shown_cp = forms.IntegerField(required=False)

    def __init__(self, offer: EffectOffer, language: str, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.offer = offer
        self.preset = in_language(offer.prompts, language)
        self.fields["duration"].choices = [  # type: ignore[attr-defined]
            (seconds, _("%(seconds)d seconds") % {"seconds": seconds}) for seconds in offer.lengths
        ]
        if not offer.prompt_editable:
            del self.fields["prompt"]
        for one in offer.inputs:
            self.add_picture(one.name, in_language(one.label, language), required=True)
        self._language = language

    def clean(self) -> dict[str, Any]:
        """Nobody pays a price that was not on the button."""
        cleaned: dict[str, Any] = self.cleaned_data
        asked = f"{cleaned.get('duration')}-{cleaned.get('quality')}"
        if cleaned.get("duration") and cleaned.get("quality") and asked != cleaned["shown_for"]:
            raise forms.ValidationError(
                _("The price has followed your choice. Look at it, then press the button again.")
            )
        return cleaned

    def params(self) -> dict[str, Any]:
        """What the services take. The preset words, unchanged, are left to the effect."""
        said = self.cleaned_data
        params = {
            "template": self.offer.code,
            "inputs": self.kept_ids(),
            "duration": said["duration"],
            "quality": said["quality"],
        }
        words = said.get("prompt", "")
        if words and words != self.preset:
            params["prompt"] = words
        if self.offer.needs_consent:
            params["consent"] = said["consent"]
        return params

    def priced_params(self) -> dict[str, Any]:
        """What a price depends on, as far as it is chosen."""
        lengths = [str(seconds) for seconds in self.offer.lengths]
        duration, quality = str(self["duration"].value()), self["quality"].value()
        return {
            "template": self.offer.code,
            "duration": int(duration) if duration in lengths else self.offer.lengths[0],
            "quality": HIGH if quality == HIGH else STANDARD,
        }

    def slots(self) -> Iterator[tuple[EffectInput, BoundField, str, str]]:
        """Each picture with its field, its hint, and the id that is kept already."""
        for one in self.offer.inputs:
            yield one, self[one.name], in_language(one.hint, self._language), self.kept(one.name)


def blank(offer: EffectOffer, language: str) -> EffectForm:
    """The form as it is first seen: the preset words in it."""
    initial = {
        "prompt": in_language(offer.prompts, language),
        "duration": offer.lengths[0],
        "quality": STANDARD,
        "idempotency_key": fresh_key(),
    }
    return EffectForm(offer, language, initial=initial)
