"""Drafts of prices: begun from the last version, submitted with a reason, published by another.

Nothing is in force before it is published, and a published version starts at its instant by the
clock alone. The database refuses the same things again, whoever writes.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest, NotFound
from accounts.models import User
from billing.errors import SecondPersonNeeded
from billing.models import Catalogue, OfferStep, Plan, PriceList
from billing.selectors.drafts import Draft, broken_rules, changes, kind_of, reference_of


@transaction.atomic(durable=True)
def begin_catalogue(*, author: User, now: datetime) -> Catalogue:
    """A draft like the last published version. Raises NotFound before the first one."""
    last = Catalogue.objects.filter(published_at__isnull=False).order_by("-version").first()
    if last is None:
        raise NotFound(_("There is no version to begin from."))
    draft = Catalogue(version=_next_version(Catalogue), starts_at=now, drafted_by=author)
    _insert(draft)
    for plan in last.plans.order_by("level"):
        _copy_plan(plan, draft)
    for pack in last.packs.all():
        pack.pk, pack.catalogue = None, draft
        pack.save(force_insert=True)
    for rate in last.rates.all():
        rate.pk, rate.catalogue = None, draft
        rate.save(force_insert=True)
    note(draft, "drafted", by=author, now=now, details=[f"from version {last.version}"])
    return draft


@transaction.atomic(durable=True)
def begin_price_list(*, author: User, now: datetime) -> PriceList:
    """A draft like the last published version. Raises NotFound before the first one."""
    last = PriceList.objects.filter(published_at__isnull=False).order_by("-version").first()
    if last is None:
        raise NotFound(_("There is no version to begin from."))
    draft = PriceList(
        version=_next_version(PriceList),
        starts_at=now,
        relaxed_percent=last.relaxed_percent,
        drafted_by=author,
    )
    _insert(draft)
    for line in last.lines.all():
        line.pk, line.price_list = None, draft
        line.save(force_insert=True)
    note(draft, "drafted", by=author, now=now, details=[f"from version {last.version}"])
    return draft


@transaction.atomic(durable=True)
def submit(draft: Draft, *, by: User, reason: str, now: datetime) -> Draft:
    """Close a draft for approval. It is frozen until it is published or withdrawn.

    Raises NotFound when it is published, InvalidRequest without a reason, when it is submitted
    already, or when it breaks a rule.
    """
    row = _locked(draft)
    if row.submitted_at is not None:
        raise InvalidRequest(_("This draft is submitted already."))
    if not reason.strip():
        raise InvalidRequest(_("Give a reason."), fields={"reason": "missing"})
    _refuse_broken(row, now)
    row.submitted_by, row.submitted_at, row.reason = by, now, reason.strip()[:500]
    _save(row)
    note(row, "submitted", by=by, now=now, reason=row.reason, details=changes(row))
    return row


@transaction.atomic(durable=True)
def withdraw(draft: Draft, *, by: User, reason: str, now: datetime) -> Draft:
    """Open a submitted draft for editing again. Raises NotFound, InvalidRequest."""
    row = _locked(draft)
    if row.submitted_at is None:
        raise InvalidRequest(_("This draft is not submitted."))
    if not reason.strip():
        raise InvalidRequest(_("Give a reason."), fields={"reason": "missing"})
    row.submitted_by, row.submitted_at, row.reason = None, None, ""
    _save(row)
    note(row, "withdrawn", by=by, now=now, reason=reason.strip()[:500])
    return row


@transaction.atomic(durable=True)
def publish(draft: Draft, *, by: User, now: datetime, reason: str = "") -> Draft:
    """Publish what another person submitted: in force at its start, at once if that has passed.

    Raises NotFound when it is published already, SecondPersonNeeded when `by` drafted or submitted
    it, InvalidRequest when it was not submitted or breaks a rule by now.
    """
    row = _locked(draft)
    if row.submitted_at is None:
        raise InvalidRequest(_("Submit the draft first."))
    if by.pk in (row.drafted_by_id, row.submitted_by_id):
        raise SecondPersonNeeded(_("A second person publishes what you drafted."))
    _refuse_broken(row, now)
    row.starts_at = max(row.starts_at, now)
    row.approved_by, row.published_at = by, now
    _save(row)
    note(
        row,
        "published",
        by=by,
        now=now,
        reason=reason.strip()[:500] or row.reason,
        details=[f"starts {row.starts_at.isoformat()}", *changes(row)],
    )
    return row


@transaction.atomic(durable=True)
def discard(draft: Draft, *, by: User, reason: str, now: datetime) -> None:
    """Throw a draft away; its steps stay. Raises NotFound, InvalidRequest when it is submitted."""
    row = _locked(draft)
    if row.submitted_at is not None:
        raise InvalidRequest(_("This draft is submitted: withdraw it first."))
    note(row, "discarded", by=by, now=now, reason=reason.strip()[:500], details=changes(row))
    row.delete()


def note(
    draft: Draft,
    action: str,
    *,
    by: User,
    now: datetime,
    reason: str = "",
    details: list[str] | None = None,
) -> None:
    """Record who did what to a draft. A step: the caller owns the transaction."""
    OfferStep.objects.create(
        kind=kind_of(draft),
        reference=reference_of(draft),
        action=action,
        by=by,
        reason=reason,
        details=details or [],
        at=now,
    )


def _next_version(model: type[Catalogue] | type[PriceList]) -> int:
    versions = model._default_manager.order_by("-version").values_list("version", flat=True)
    return (versions.first() or 0) + 1


def _insert(draft: Catalogue | PriceList) -> None:
    """Insert a new version. Raises InvalidRequest when another took its number just now."""
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
    except IntegrityError:
        raise InvalidRequest(_("Another draft was begun at this moment; try again.")) from None


def _copy_plan(plan: Plan, draft: Catalogue) -> None:
    prices = list(plan.prices.all())
    plan.pk, plan.catalogue = None, draft
    plan.save(force_insert=True)
    for price in prices:
        price.pk, price.plan = None, plan
        price.save(force_insert=True)


def _locked(draft: Draft) -> Draft:
    row: Draft | None = (
        type(draft)
        ._default_manager.select_for_update()
        .filter(pk=draft.pk, published_at=None)
        .first()
    )
    if row is None:
        raise NotFound(_("No such draft."))
    return row


def _refuse_broken(row: Draft, now: datetime) -> None:
    broken = "; ".join(broken_rules(row, now=now))
    if broken:
        raise InvalidRequest(broken, fields={"plans": broken})


def _save(row: Draft) -> None:
    """Save; what the database itself refuses is said in its words. Raises InvalidRequest."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        said = str(error).splitlines()[0]
        raise InvalidRequest(said, fields={"plans": said}) from None
