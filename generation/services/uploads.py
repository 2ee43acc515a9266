"""Pictures people send to work from: taken in, found again, used, and thrown away in time."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.errors import NotFound
from accounts.models import User
from billing.selectors.wallets import wallet_id_of
from billing.services.wallets import wallet_for
from generation import pictures, storage
from generation.errors import (
    PictureAnimated,
    PictureBroken,
    PictureRefused,
    PictureShape,
    PictureTooLarge,
    PictureTooManyPixels,
    PictureTooSmall,
    PictureType,
    QuotaExceeded,
)
from generation.models import Upload
from generation.pictures import Fault, Picture, PictureFault

# An upload no job has used is kept this long; each job that uses it makes it live on this long.
UNUSED_LIFETIME = timedelta(hours=24)
USED_LIFETIME = timedelta(days=30)
# How many pictures a wallet may send in an hour.
HOUR_MAX = 200
BYTES_MAX = pictures.BYTES_MAX
_AT_ONCE = 500

_REFUSALS: dict[Fault, type[PictureRefused]] = {
    Fault.TOO_LARGE: PictureTooLarge,
    Fault.TYPE: PictureType,
    Fault.BROKEN: PictureBroken,
    Fault.ANIMATED: PictureAnimated,
    Fault.TOO_MANY_PIXELS: PictureTooManyPixels,
    Fault.TOO_SMALL: PictureTooSmall,
    Fault.SHAPE: PictureShape,
}


def clean_picture(data: bytes, *, field: str) -> Picture:
    """The picture in `data`, cleaned; nothing is kept. Raises PictureRefused, naming `field`."""
    try:
        return pictures.clean(data)
    except PictureFault as bad:
        raise refusal(bad.fault, field=field) from None


def refusal(fault: Fault, *, field: str) -> PictureRefused:
    """How a bad picture is refused: each fault has a code of its own."""
    sentence = _sentence(fault)
    return _REFUSALS[fault](sentence, fields={field: sentence})


def keep_upload(*, user: User, data: bytes, field: str, now: datetime) -> Upload:
    """Clean a picture and keep it for its sender; the same bytes again are the same upload.

    `field` is what a refusal names. Raises PictureRefused, QuotaExceeded, and OSError when it
    cannot be stored.
    """
    wallet_id = wallet_for(user=user, now=now)
    received = hashlib.sha256(data).digest()
    known = _prolonged(wallet_id, received, now)
    if known is not None:
        return known
    _within_quota(wallet_id, now)
    picture = clean_picture(data, field=field)
    name = storage.store(picture.data, pictures.PNG)
    upload = Upload(
        wallet_id=wallet_id,
        user=user,
        received_sha256=received,
        stored_name=name,
        mime=pictures.PNG,
        width=picture.width,
        height=picture.height,
        bytes=len(picture.data),
        sha256=hashlib.sha256(picture.data).hexdigest(),
        created_at=now,
        expires_at=now + UNUSED_LIFETIME,
    )
    try:
        kept = _insert(upload)
    except BaseException:
        storage.delete(name)
        raise
    if kept.stored_name != name:
        storage.delete(name)
    return kept


@transaction.atomic(durable=True)
def _prolonged(wallet_id: int, received: bytes, now: datetime) -> Upload | None:
    """The upload these bytes are already, kept at least as long as a new one would be."""
    known = _known(wallet_id, received)
    if known is not None:
        _keep_until(known, now + UNUSED_LIFETIME)
    return known


@transaction.atomic(durable=True)
def _insert(upload: Upload) -> Upload:
    """The row of a new upload, or the one that a twin has written meanwhile. Raises
    QuotaExceeded."""
    with connection.cursor() as cursor:
        # One wallet's uploads are counted one after the other.
        name = f"uploads of {upload.wallet_id}"
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
    known = _known(upload.wallet_id, bytes(upload.received_sha256))
    if known is not None:
        _keep_until(known, upload.expires_at)
        return known
    _within_quota(upload.wallet_id, upload.created_at)
    upload.save(force_insert=True)
    return upload


def _known(wallet_id: int, received: bytes) -> Upload | None:
    return (
        Upload.objects.select_for_update()
        .filter(wallet_id=wallet_id, received_sha256=received)
        .first()
    )


def _keep_until(upload: Upload, moment: datetime) -> None:
    if upload.expires_at < moment:
        upload.expires_at = moment
        upload.save(update_fields=["expires_at"])


def _within_quota(wallet_id: int, now: datetime) -> None:
    since = now - timedelta(hours=1)
    lately = Upload.objects.filter(wallet_id=wallet_id, created_at__gt=since)
    in_use = lately.count()
    if in_use >= HOUR_MAX:
        first = lately.order_by("created_at").values_list("created_at", flat=True)[0]
        frees_at = (first + timedelta(hours=1)).astimezone(UTC)
        raise QuotaExceeded(
            _("You can send %(limit)d pictures an hour.") % {"limit": HOUR_MAX},
            facts={
                "quota": "uploads_hour",
                "limit": HOUR_MAX,
                "in_use": in_use,
                "frees_at": frees_at.isoformat().replace("+00:00", "Z"),
            },
        )


def upload_for(*, user: User, upload_id: UUID, now: datetime) -> Upload:
    """The user's upload. Raises NotFound, also for another's and for one whose time is over."""
    wallet_id = wallet_id_of(user)
    found = (
        Upload.objects.filter(id=upload_id, wallet_id=wallet_id, expires_at__gt=now).first()
        if wallet_id is not None
        else None
    )
    if found is None:
        raise NotFound(_("No such upload."))
    return found


def use(upload_ids: Collection[UUID], *, now: datetime) -> set[UUID]:
    """Keep uploads for a job that uses them, and those who repeat it; returns those that are gone.

    A step of a submit.
    """
    if not upload_ids:
        return set()
    found = Upload.objects.select_for_update().filter(id__in=upload_ids).order_by("id")
    for upload in found:
        _keep_until(upload, now + USED_LIFETIME)
    return set(upload_ids).difference(upload.id for upload in found)


def delete_upload(*, user: User, upload_id: UUID, now: datetime) -> None:
    """Forget a picture at once. A job that still waits for it fails, uncharged. Raises NotFound."""
    upload = upload_for(user=user, upload_id=upload_id, now=now)
    _drop([upload])


def sweep_uploads(*, now: datetime) -> int:
    """Delete uploads whose time is over; returns how many."""
    swept = 0
    while True:
        over = list(Upload.objects.filter(expires_at__lte=now)[:_AT_ONCE])
        if not over:
            return swept
        swept += _drop(over, expired_at=now)


def _drop(uploads: list[Upload], expired_at: datetime | None = None) -> int:
    """Delete rows and then files: a file without a row is found again by the sweep of orphans."""
    with transaction.atomic():
        rows = Upload.objects.select_for_update().filter(id__in=[one.id for one in uploads])
        if expired_at is not None:
            rows = rows.filter(expires_at__lte=expired_at)  # used again meanwhile: it stays
        names = [row.stored_name for row in rows]
        Upload.objects.filter(stored_name__in=names).delete()
    for name in names:
        storage.delete(name)
    return len(names)


def _sentence(fault: Fault) -> str:
    limits = {
        "megabytes": pictures.BYTES_MAX // 1_000_000,
        "megapixels": pictures.PIXELS_MAX // 1_000_000,
        "side": pictures.SIDE_MIN,
    }
    sentences = {
        Fault.TOO_LARGE: _("The picture is larger than %(megabytes)d MB."),
        Fault.TYPE: _("This is not a JPEG, PNG or WebP picture."),
        Fault.BROKEN: _("The picture is damaged or cut short."),
        Fault.ANIMATED: _("The picture moves. Send a single picture."),
        Fault.TOO_MANY_PIXELS: _("The picture has more than %(megapixels)d million pixels."),
        Fault.TOO_SMALL: _("Each side of the picture must have at least %(side)d pixels."),
        Fault.SHAPE: _("The picture is too narrow: at most 2.5 to 1, either way round."),
    }
    return sentences[fault] % limits
