"""Pictures that come with a call of OpenAI's: as a file, as text, or as a data URL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from accounts.models import User
from generation.kinds.params import PictureParam
from generation.models import Artifact, Upload
from generation.openai.translation import refused
from generation.selectors.sources import picture_for
from generation.services.uploads import keep_upload
from generation.types import BadParam, SentPicture

FIELD = "input_reference"


def picture_of(sent: object, *, user: User, now: datetime) -> Upload | Artifact:
    """The picture, kept for its sender. `sent` is bytes, base64, the id of a picture that is here,
    or {"image_url": data URL}.

    Raises InvalidRequest, PictureRefused, ModerationBlocked, ModerationUnavailable, QuotaExceeded.
    """
    if isinstance(sent, bytes):
        return keep_upload(user=user, data=sent, field=FIELD, now=now)
    if isinstance(sent, Mapping):
        sent = _data_url(sent)
    try:
        read = PictureParam().read(sent)
    except BadParam as bad:
        raise refused(FIELD, str(bad)) from None
    if isinstance(read, SentPicture):
        return keep_upload(user=user, data=read.data, field=FIELD, now=now)
    found = picture_for(user=user, picture_id=read.id, now=now)  # type: ignore[attr-defined]
    if found is None:
        raise refused(FIELD, "is neither an upload of yours nor a picture you made")
    return found


def _data_url(sent: Mapping[object, object]) -> str:
    url = sent.get("image_url")
    if len(sent) != 1 or not isinstance(url, str) or not url.startswith("data:"):
        raise refused(FIELD, "must be a file or a data URL: addresses are not fetched here")
    return url
