"""The captcha: a form field that a setting names, so that a form need not know which."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.conf import settings
from django.core.cache import cache
from django.utils.module_loading import import_string
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_altcha import AltchaField

# What the widget needs of the content policy: its worker is a blob, its one style sheet inline.
POLICY = {
    "worker-src": ["'self'", "blob:"],
    "style-src": ["'self'", "'sha256-pg+oQARqMq4wCazyrsMt8HY89BJkXkEFkwNWxg2iPdg='"],
}
_ANSWER_SECONDS = 1200
_EFFORT_MAX = 60_000


class OwnCaptcha(AltchaField):  # type: ignore[misc]  # the package has no types
    """Work for the visitor's machine, checked by ours; nobody else is asked."""

    def __init__(self, **options: Any) -> None:
        super().__init__(maxnumber=_EFFORT_MAX, hidefooter=True, hidelogo=True, **options)

    def replay_attack_protection(self, payload: str) -> None:
        """Raises ValidationError unless this answer is sent for the first time.

        In one step: the package looks first and writes later, and between the two an answer would
        do for many.
        """
        name = f"captcha:{hashlib.sha256(payload.encode()).hexdigest()}"
        if not cache.add(name, True, _ANSWER_SECONDS):
            raise forms.ValidationError(_("This answer was used before."), code="replay")
        super().replay_attack_protection(payload)


def captcha_field() -> forms.Field:
    """A fresh field of the kind that `CAPTCHA` names."""
    kind = OwnCaptcha if settings.CAPTCHA == "altcha" else import_string(settings.CAPTCHA)
    field: forms.Field = kind(label=_("Show that you are not a program"))
    return field


class CaptchaForm(forms.Form):
    """Nothing but the captcha."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["captcha"] = captcha_field()
        self.language = get_language()
