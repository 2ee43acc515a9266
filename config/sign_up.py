"""The sign-up form: who was invited by mail signs up with that address."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import SignupForm as AllauthSignupForm
from allauth.core import context
from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.portal.waiting_list import INVITATION
from accounts.selectors.waiting_list import invitation_of


class SignupForm(AllauthSignupForm):  # type: ignore[misc]  # allauth has no types
    """allauth's form, knowing the invitation."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invited_email = _invited_email()
        if self.invited_email:
            self.initial["email"] = self.invited_email

    def clean_email(self) -> str:
        """Refuses another address than the invited one: an invitation is not for passing on."""
        email: str = super().clean_email()
        if self.invited_email and email.lower() != self.invited_email:
            raise forms.ValidationError(_("This invitation is for another e-mail address."))
        return email


def _invited_email() -> str:
    token = context.request.session.get(INVITATION, "")
    invitation = invitation_of(token, now=timezone.now()) if token else None
    return invitation.application.email if invitation and invitation.application else ""
