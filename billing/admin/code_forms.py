"""The desk's form for a batch of redeem codes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
)
from unfold.widgets import UnfoldAdminTextInputWidget as TextInput

from billing.models.redeem_codes import SOURCES
from billing.services import code_batches
from billing.types import parse_points


def _number(label: Any, most: int, initial: int | None = None, text: Any = "") -> Any:
    return forms.IntegerField(
        label=label,
        min_value=1,
        max_value=most,
        initial=initial,
        help_text=text,
        widget=UnfoldAdminIntegerFieldWidget(),
    )


class BatchForm(forms.Form):
    """A batch to make."""

    title = forms.CharField(label=_("Title, seen by users"), max_length=60, widget=TextInput())
    count = _number(_("How many codes"), code_batches.COUNT_MAX)
    points = forms.CharField(label=_("Points a code"), max_length=16, widget=TextInput())
    source = forms.ChoiceField(
        label=_("Kind of points"),
        choices=SOURCES,
        widget=UnfoldAdminSelectWidget(),
    )
    lot_days = _number(_("Days the points live, from the redemption"), code_batches.DAYS_MAX, 30)
    starts_at = forms.SplitDateTimeField(
        label=_("Codes valid from"), widget=UnfoldAdminSplitDateTimeWidget()
    )
    ends_at = forms.SplitDateTimeField(
        label=_("Codes valid until"),
        help_text=_("The codes' own end, not that of the points."),
        widget=UnfoldAdminSplitDateTimeWidget(),
    )
    per_user_max = _number(_("Codes one user may redeem"), code_batches.COUNT_MAX, 1)
    redemptions_max = _number(
        _("Redemptions at most, of all codes together"), code_batches.COUNT_MAX
    )
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=list(code_batches.REASONS.items()),
        widget=UnfoldAdminSelectWidget(),
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False, widget=TextInput())
    # Made with the empty form: sending it twice is one batch.
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def clean_points(self) -> int:
        """The amount in hundredths."""
        try:
            return parse_points(self.cleaned_data["points"])
        except ValueError:
            raise forms.ValidationError(_("Write points like 12.50.")) from None

    def wanted(self) -> code_batches.Wanted:
        """What was filled in; call after validation."""
        given = dict(self.cleaned_data)
        return code_batches.Wanted(amount_cp=given.pop("points"), **given)
