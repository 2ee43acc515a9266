"""Forms with pictures: each is kept as soon as it is sent, so that no refusal loses it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refusal
from accounts.models import User
from generation.pictures import BYTES_MAX
from generation.services.uploads import keep_upload, upload_for

TYPES = "image/jpeg,image/png,image/webp"


class PicturesForm(forms.Form):
    """A form whose pictures have two fields: the file, and the id of one that is kept."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._required: dict[str, bool] = {}
        self._kept: dict[str, UUID] = {}

    def add_picture(self, name: str, label: str, *, required: bool) -> None:
        """A place for a picture."""
        self._required[name] = required
        self.fields[name] = forms.FileField(
            label=label,
            required=False,
            widget=forms.FileInput(attrs={"accept": TYPES}),
        )
        self.fields[f"kept_{name}"] = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def keep_pictures(self, user: User, *, now: datetime) -> bool:
        """Keep what was sent and find what was kept; True when every picture needed is there.

        A picture that cannot be taken is an error of its field.
        """
        for name, required in self._required.items():
            try:
                self._keep(name, user, now)
            except Refusal as refusal:
                self.add_error(name, refusal.message)
                continue
            if required and name not in self._kept and not self.errors.get(name):
                self.add_error(name, _("Choose a picture."))
        return not self.errors

    def _keep(self, name: str, user: User, now: datetime) -> None:
        file = self.files.get(name)
        kept = self.cleaned_data.get(f"kept_{name}")
        if file is not None:
            self._kept[name] = keep_upload(
                user=user, data=file.read(BYTES_MAX + 1), field=name, now=now
            ).id
        elif kept is not None:
            self._kept[name] = upload_for(user=user, upload_id=kept, now=now).id

    def kept(self, name: str) -> str:
        """The id of the picture that is kept, "" for none."""
        return str(self._kept.get(name, ""))

    def kept_ids(self) -> dict[str, str]:
        """Every picture that is kept, by its name."""
        return {name: str(kept) for name, kept in self._kept.items()}
