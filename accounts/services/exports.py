"""Data exports: asked for once a day, made in the background, opened by their owner alone."""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import ExportTooSoon, NotFound
from accounts.exporting import FORMAT, Part
from accounts.models import Export, User
from accounts.services.doorbell import ring_after_commit

ONCE_IN = timedelta(days=1)
_ATTEMPTS, _CHUNK = 3, 1 << 20
_SALT = "accounts.export"
log = logging.getLogger(__name__)


def latest_export(*, user: User) -> Export | None:
    """The export asked for last."""
    return Export.objects.filter(user=user).order_by("-requested_at").first()


@transaction.atomic(durable=True)
def request_export(*, user: User, now: datetime) -> Export:
    """Ask for an archive. While one is being made, that one is given.

    Raises ExportTooSoon within a day of the last one that did not fail.
    """
    User.objects.select_for_update().get(pk=user.pk)
    last = Export.objects.filter(user=user).exclude(state="failed").first()
    if last is not None and last.state == "waiting":
        return last
    if last is not None and last.requested_at > now - ONCE_IN:
        again_at = last.requested_at + ONCE_IN
        raise ExportTooSoon(
            _("One export a day: ask again tomorrow."), facts={"again_at": again_at.isoformat()}
        )
    export = Export.objects.create(user=user, requested_at=now)
    ring_after_commit("accounts.exports")
    return export


def make_exports(*, now: datetime, limit: int = 20) -> int:
    """Make what waits, oldest first; how many. One that fails three times is given up."""
    made = 0
    for export in Export.objects.filter(state="waiting").order_by("requested_at")[:limit]:
        # Whoever counts the attempt makes it: two workers never make the same archive.
        mine = Export.objects.filter(pk=export.pk, state="waiting", attempts=export.attempts)
        if not mine.update(attempts=export.attempts + 1):
            continue
        try:
            _make(export, now)
        except Exception:
            log.exception("export %s was not made", export.pk)
            if export.attempts + 1 >= _ATTEMPTS:
                Export.objects.filter(pk=export.pk).update(state="failed")
            continue
        made += 1
    return made


def delete_old(*, now: datetime) -> int:
    """Delete archives whose time is over; how many."""
    over = list(Export.objects.filter(state="ready", expires_at__lte=now)[:200])
    for export in over:
        delete_file(export)
    return len(over)


def delete_file(export: Export) -> None:
    """Delete one archive; its row says that it is gone."""
    Path(settings.EXPORT_DIR, export.stored_name).unlink(missing_ok=True)
    Export.objects.filter(pk=export.pk).update(state="gone", stored_name="")


def link_token(export: Export, *, now: datetime) -> str:
    """What opens the archive, together with its owner's session, for a quarter of an hour."""
    until = int(now.timestamp()) + settings.EXPORT_LINK_SECONDS
    return signing.Signer(salt=_SALT).sign_object([str(export.pk), until])


def open_export(*, user: User, token: str, now: datetime) -> tuple[Export, IO[bytes]]:
    """The archive and its bytes. Raises NotFound: forged, over, gone, or another's."""
    refused = NotFound(_("This link is not valid any more. Open the page again for a fresh one."))
    try:
        export_id, until = signing.Signer(salt=_SALT).unsign_object(token)
    except signing.BadSignature:
        raise refused from None
    export = Export.objects.filter(
        pk=UUID(export_id), user=user, state="ready", expires_at__gt=now
    ).first()
    if export is None or until <= now.timestamp():
        raise refused
    try:
        return export, Path(settings.EXPORT_DIR, export.stored_name).open("rb")
    except FileNotFoundError:
        raise refused from None


def _make(export: Export, now: datetime) -> None:
    folder = Path(settings.EXPORT_DIR)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"{secrets.token_hex(32)}.zip"
    draft = folder / f".{name}.part"
    try:
        _write(draft, export.user, now)
        with draft.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = draft.stat().st_size
        draft.rename(folder / name)
    finally:
        draft.unlink(missing_ok=True)
    until = now + timedelta(days=settings.EXPORT_LIVES_DAYS)
    with transaction.atomic(durable=True):
        Export.objects.filter(pk=export.pk).update(
            state="ready", stored_name=name, bytes=size, sha256=digest, ready_at=now,
            expires_at=until,
        )  # fmt: skip
        for module in own_data():
            module.export_is_ready(user=export.user, export_id=export.pk, until=until, now=now)


def own_data() -> Iterator[Any]:
    """The modules that hand over, tell and erase, as the settings list them."""
    for name in settings.EXPORTERS:
        yield import_module(name)


def _write(path: Path, user: User, now: datetime) -> None:
    """The archive with a manifest that names every file, its size and its SHA-256."""
    files = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for module in own_data():
            for part in module.parts(user=user, now=now):
                files.append(_add(archive, part))
        manifest = {
            "format": FORMAT, "made_at": now, "user_id": user.pk, "files": files,
        }  # fmt: skip
        archive.writestr("manifest.json", _json(manifest))


def _add(archive: zipfile.ZipFile, part: Part) -> dict[str, object]:
    digest, size = hashlib.sha256(), 0
    with archive.open(part.path, "w", force_zip64=True) as target:
        for chunk in _chunks(part):
            target.write(chunk)
            digest.update(chunk)
            size += len(chunk)
    return {"path": part.path, "bytes": size, "sha256": digest.hexdigest()}


def _chunks(part: Part) -> Iterator[bytes]:
    if part.open is None:
        yield _json(part.rows)
        return
    with part.open() as source:
        while chunk := source.read(_CHUNK):
            yield chunk


def _json(rows: object) -> bytes:
    return json.dumps(rows, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2).encode()
