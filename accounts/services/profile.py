"""What users say about themselves and which mails they want."""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest
from accounts.models import User


@dataclass(frozen=True, slots=True)
class Profile:
    """A whole profile: what is left out is empty or off."""

    display_name: str = ""
    language: str = ""
    time_zone: str = ""
    mail_ends: bool = False
    mail_jobs: bool = False
    mail_news: bool = False


@lru_cache(maxsize=1)
def time_zones() -> tuple[str, ...]:
    """Zones to choose from, as `Area/City`."""
    return tuple(sorted(name for name in zoneinfo.available_timezones() if "/" in name))


@transaction.atomic(durable=True)
def change_profile(*, user: User, profile: Profile) -> None:
    """Keep the profile. Raises InvalidRequest naming the fields at fault."""
    fields: dict[str, str] = {}
    name = profile.display_name.strip()
    if len(name) > 80 or not name.isprintable():
        fields["display_name"] = _("At most 80 characters.")
    if profile.language and profile.language not in dict(settings.LANGUAGES):
        fields["language"] = _("Choose one of the list.")
    if profile.time_zone and profile.time_zone not in time_zones():
        fields["time_zone"] = _("Choose one of the list.")
    if fields:
        raise InvalidRequest(_("Please look at the fields again."), fields=fields)
    user.display_name, user.language, user.time_zone = name, profile.language, profile.time_zone
    user.mail_ends, user.mail_jobs = profile.mail_ends, profile.mail_jobs
    user.mail_news = profile.mail_news
    user.save(
        update_fields=[
            "display_name", "language", "time_zone", "mail_ends", "mail_jobs", "mail_news",
        ]
    )  # fmt: skip


@transaction.atomic(durable=True)
def speak(*, user: User, language: str) -> None:
    """Remember the language somebody reads in; one that is not offered is ignored."""
    if language in dict(settings.LANGUAGES):
        User.objects.filter(pk=user.pk).update(language=language)
