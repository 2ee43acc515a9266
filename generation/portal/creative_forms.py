"""Forms of creatives and campaigns. What is allowed the services say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Seat, Team, User
from accounts.selectors.teams import MANAGING
from billing.types import format_points, minor_per_whole, parse_points
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
_CAP = {"inputmode": "decimal", "autocomplete": "off"}


class CampaignField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A campaign, after its team's name where it has one."""

    def label_from_instance(self, obj: Any) -> str:
        """What stands in the list."""
        return f"{obj.team.name} · {obj.name}" if obj.team else str(obj.name)


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
    campaign = CampaignField(
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
    def chosen_team(self) -> UUID | None:
        """The team that pays: that of the campaign."""
        field: Any = self.fields["campaign"]
        return team_of(field.queryset, self["campaign"].value())

    @property
    def chosen_pieces(self) -> int:
        """The number in the form, ten when it is none."""
        return known_number(self["n"].value())


class CampaignForm(forms.Form):
    """A campaign: its name, what a piece may cost, and what all of them may take."""

    name = forms.CharField(label=_("Name"), max_length=NAME_MAX)
    team = forms.ModelChoiceField(
        label=_("For"), queryset=Team.objects.none(), required=False, empty_label=_("Me")
    )
    target = forms.CharField(
        label=_("Target cost per piece, yuan"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    cap = forms.CharField(
        label=_("Most points in all"),
        help_text=_("Empty: no limit."),
        max_length=16,
        required=False,
        widget=forms.TextInput(attrs=_CAP),
    )
    month_cap = forms.CharField(
        label=_("Most points a month"),
        help_text=_("Empty: no limit."),
        max_length=16,
        required=False,
        widget=forms.TextInput(attrs=_CAP),
    )

    def __init__(self, teams: Any, *args: Any, currency: str = CURRENCY, **options: Any) -> None:
        super().__init__(*args, **options)
        self.currency = currency
        if currency != CURRENCY:
            self.fields["target"].label = _("Target cost per piece, %(currency)s") % {
                "currency": currency
            }
        if teams:
            self.fields["team"].queryset = teams  # type: ignore[attr-defined]
        else:
            del self.fields["team"]

    def clean_target(self) -> int:
        """The target in minor units."""
        match = _MONEY.fullmatch(self.cleaned_data["target"].strip())
        minor = minor_per_whole(self.currency)
        target = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0")) if match else 0
        target, rest = divmod(target * minor, 100)
        if not target or rest:
            raise forms.ValidationError(_("Write an amount like 0.47."))
        return target

    def clean_cap(self) -> int | None:
        """In hundredths of a point, None for no limit."""
        return _cap(self.cleaned_data["cap"])

    def clean_month_cap(self) -> int | None:
        """Likewise, a month."""
        return _cap(self.cleaned_data["month_cap"])

    def wish(self) -> dict[str, Any]:
        """What the services take."""
        said = self.cleaned_data
        team = said.get("team")
        return {
            "name": said["name"],
            "target_minor": said["target"],
            "team_id": team.pk if team else None,
            "cap_cp": said["cap"],
            "monthly_cap_cp": said["month_cap"],
        }


def _cap(text: str) -> int | None:
    try:
        cap_cp = parse_points(text) if text.strip() else None
    except ValueError:
        cap_cp = -1
    if cap_cp is not None and cap_cp < 0:
        raise forms.ValidationError(_("Write a limit as a number of points, such as 100 or 12.50."))
    return cap_cp


def filled(campaign: Campaign) -> CampaignForm:
    """The form that changes a campaign, as it is now."""
    minor = minor_per_whole(campaign.currency)
    whole, part = divmod(campaign.target_minor, minor)
    target = f"{whole}.{part:02d}" if minor > 1 else str(whole)
    caps = {"cap": campaign.cap_cp, "month_cap": campaign.monthly_cap_cp}
    shown = {name: "" if cap_cp is None else format_points(cap_cp) for name, cap_cp in caps.items()}
    initial = {"name": campaign.name, "target": target, **shown}
    return CampaignForm([], initial=initial, currency=campaign.currency)


def managed_by(user: User) -> QuerySet[Team]:
    """Teams whose campaigns the user decides on."""
    seats = Seat.objects.filter(user=user, left_at=None, role__in=MANAGING)
    return Team.objects.filter(pk__in=seats.values("team_id")).order_by("created_at")


def team_of(campaigns: Iterable[Campaign], chosen: object) -> UUID | None:
    """The team that pays for the campaign that is chosen, None for the user."""
    named = str(getattr(chosen, "pk", chosen))
    return next((one.team_id for one in campaigns if str(one.pk) == named), None)


def known_number(value: object) -> int:
    """A number of pieces there can be; ten for anything else."""
    text = str(value)
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
    return number if 1 <= number <= CREATIVES_MAX else 10


def blank(campaigns: Iterable[Campaign], chosen: Campaign | None) -> CreativeForm:
    """An empty form for ten pieces."""
    initial = {"n": 10, "campaign": chosen, "idempotency_key": fresh_key()}
    return CreativeForm(campaigns, initial=initial)
