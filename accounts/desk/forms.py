"""What staff fill in to invite people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget as Number
from unfold.widgets import UnfoldAdminSelectWidget as Select
from unfold.widgets import UnfoldAdminTextInputWidget as TextInput

from accounts.errors import InvalidRequest
from accounts.waiting import BATCH_MAX, DAYS_MAX, ORDERS, SEATS_MAX, USES, Rule, breaches


class HandForm(forms.Form):
    """How long invitations live, and why they are sent. `key` makes a repeated form one batch."""

    days = forms.IntegerField(
        label=_("Days they live"), min_value=1, max_value=DAYS_MAX, initial=7, widget=Number()
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=TextInput())
    key = forms.CharField(widget=forms.HiddenInput, max_length=80)


class CodeForm(HandForm):
    """A code: for how many, and its letters if they matter."""

    seats = forms.IntegerField(
        label=_("Sign-ups"), min_value=1, max_value=SEATS_MAX, initial=100, widget=Number()
    )
    code = forms.CharField(
        label=_("Code; empty: made up"), max_length=40, required=False, widget=TextInput()
    )


class RuleForm(HandForm):
    """Whom to invite."""

    count = forms.IntegerField(
        label=_("How many"), min_value=1, max_value=BATCH_MAX, initial=100, widget=Number()
    )
    order = forms.ChoiceField(
        label=_("Whom"), choices=[(one, one) for one in ORDERS], widget=Select()
    )
    use = forms.ChoiceField(
        label=_("Use"), choices=[(one, one or "–") for one in USES], required=False, widget=Select()
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=[("", "–"), *settings.LANGUAGES],
        required=False,
        widget=Select(),
    )

    def rule(self) -> Rule:
        """The rule. The key seeds the draw: the dry run shows who it will be.

        Raises InvalidRequest.
        """
        said = self.cleaned_data
        rule = Rule(
            count=said["count"],
            order=said["order"],
            use=said["use"],
            language=said["language"],
            seed=said["key"] if said["order"] == "random" else "",
        )
        wrong = breaches(rule, languages=tuple(dict(settings.LANGUAGES)))
        if wrong:
            raise InvalidRequest("This rule cannot be.", fields=wrong)
        return rule

    def rest(self) -> dict[str, Any]:
        """Days, key and reason."""
        return {name: self.cleaned_data[name] for name in ("days", "key", "reason")}
