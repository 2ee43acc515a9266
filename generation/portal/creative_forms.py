"""Forms of creatives and campaigns. What is allowed the services say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from billing.types import minor_per_whole
from generation.creative import ASPECTS, LINE_LENGTH_MAX, LINES_MAX
from generation.kinds.creative import CREATIVES_MAX
from generation.models import Campaign
from generation.portal.forms import fresh_key
from generation.portal.picture_fields import PicturesForm
from generation.services.campaigns import NAME_MAX
from generation.types import PROMPT_MAX

# What a piece cost where the launch catalogue has its price from: 0.47 yuan.
TARGET, CURRENCY = "0.47", "CNY"
_MONEY = re.compile(r"([0-9]{1,7})(?:[.,]([0-9]{1,2}))?", re.ASCII)


class CreativeForm(PicturesForm):
    """A product or an idea, and how many pieces."""

    prompt = forms.CharField(
        label=_("What is it?"),
        max_length=PROMPT_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    lines = forms.CharField(
        label=_("Lines to write on them"),
        required=False,
        help_text=_("One a line, at most ten. Each piece carries one of them."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    aspect_ratio = forms.ChoiceField(
        label=_("Shape"),
        required=False,
        choices=[("", _("Several shapes")), *((one, one) for one in ASPECTS)],
    )
    campaign = forms.ModelChoiceField(
        label=_("Campaign"), queryset=Campaign.objects.none(), required=False, empty_label=_("None")
    )
    n = forms.IntegerField(
        label=_("Pieces"),
        min_value=1,
        max_value=CREATIVES_MAX,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    idempotency_key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    # The number whose price stood on the button, and that price.
    shown_for = forms.IntegerField(required=False)
    shown_cp = forms.IntegerField(required=False)

    def __init__(self, campaigns: Any, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["campaign"].queryset = campaigns  # type: ignore[attr-defined]
        self.add_picture("image", str(_("Product picture")), required=False)

    def clean_lines(self) -> list[str]:
        """The lines that are not empty."""
        lines = [line.strip() for line in self.cleaned_data["lines"].splitlines() if line.strip()]
        if len(lines) > LINES_MAX or any(len(line) > LINE_LENGTH_MAX for line in lines):
            raise forms.ValidationError(
                _("At most %(lines)d lines of %(letters)d letters."),
                params={"lines": LINES_MAX, "letters": LINE_LENGTH_MAX},
            )
        return lines

    def clean(self) -> dict[str, Any]:
        """Nobody pays a price that was not on the button."""
        cleaned: dict[str, Any] = self.cleaned_data
        if cleaned.get("n") and cleaned["n"] != cleaned.get("shown_for"):
            raise forms.ValidationError(
                _("The price has followed your choice. Look at it, then press the button again.")
            )
        return cleaned

    def keep_pictures(self, user: User, *, now: datetime) -> bool:
        """Keep the product, if one was sent; without one there must be words."""
        super().keep_pictures(user, now=now)
        if not self.errors and not self.cleaned_data["prompt"] and not self.kept("image"):
            self.add_error("prompt", _("Say what it is, or choose a picture."))
        return not self.errors

    def params(self) -> dict[str, Any]:
        """What the services take, without what was left empty."""
        said = self.cleaned_data
        params: dict[str, Any] = {"prompt": said["prompt"], "n": said["n"], "lines": said["lines"]}
        params |= {"aspect_ratio": said["aspect_ratio"], **self.kept_ids()}
        if said["campaign"]:
            params["campaign"] = str(said["campaign"].pk)
        return {name: value for name, value in params.items() if value}

    @property
    def chosen_pieces(self) -> int:
        """The number in the form, ten when it is none."""
        return known_number(self["n"].value())


class CampaignForm(forms.Form):
    """A campaign: its name and what a piece may cost."""

    name = forms.CharField(label=_("Name"), max_length=NAME_MAX)
    target = forms.CharField(
        label=_("Target cost per piece, yuan"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )

    def clean_target(self) -> int:
        """The target in minor units."""
        match = _MONEY.fullmatch(self.cleaned_data["target"].strip())
        minor = minor_per_whole(CURRENCY)
        target = int(match[1]) * minor + int((match[2] or "").ljust(2, "0")) if match else 0
        if not target:
            raise forms.ValidationError(_("Write an amount like 0.47."))
        return target


def known_number(value: object) -> int:
    """A number of pieces there can be; ten for anything else."""
    text = str(value)
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
    return number if 1 <= number <= CREATIVES_MAX else 10


def blank(campaigns: Iterable[Campaign], chosen: Campaign | None) -> CreativeForm:
    """An empty form for ten pieces."""
    initial = {"n": 10, "campaign": chosen, "idempotency_key": fresh_key()}
    return CreativeForm(campaigns, initial=initial)
