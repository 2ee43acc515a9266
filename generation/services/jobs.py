"""Submitting and canceling jobs: the use cases a user drives."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Value
from django.utils.translation import gettext as _

from accounts.errors import NotFound
from accounts.idempotency import checked_key
from accounts.models import ApiKey, User
from accounts.services.webhook_requests import checked_url
from billing.errors import IdempotencyConflict, QuoteUsed
from billing.selectors.entitlements import entitlements
from billing.services import charges
from billing.services.payers import Payer, payer_for
from generation import dispatch, lifecycle
from generation.errors import JobFinished
from generation.lifecycle import TERMINAL, Event, State
from generation.models import Attempt, Job
from generation.requests import read_request
from generation.selectors.sight import seen_by
from generation.services import caps, guards, job_events, perks, queue, safety
from generation.services.abilities import check_makeable
from generation.services.extras import note_extras
from generation.services.inputs import Inputs, continues_marked, take_inputs, use_inputs
from generation.services.marks import marks_for
from generation.services.quotes import priced
from generation.types import RELAXED, SEED_MAX, GenerationRequest

_JOB_NAMESPACE = UUID("6b1f7b1e-8a3e-5b44-9d2a-0c5a5d1f4a66")


@dataclass(frozen=True, slots=True)
class Submitted:
    """A job; `replayed` when the same key and request had made it before."""

    job: Job
    replayed: bool


def submit_job(
    *,
    user: User,
    kind: object,
    params: object,
    idempotency_key: str | None,
    quote_id: UUID | None = None,
    api_key: ApiKey | None = None,
    shown_cp: int | None = None,
    team_id: UUID | None = None,
    callback_url: str = "",
    fetched: Callable[[], object] | None = None,
    now: datetime,
) -> Submitted:
    """Hold the price, check quotas and caps under the wallet's lock and queue the job.

    With `idempotency_key` the call may be repeated: one job, one charge. `shown_cp` is the price
    that stood on the button; `team_id` the team that pays, None for the user; `callback_url` is
    told how the job goes, as Kling tells of a task. With `fetched` the `params` hold ids in place
    of pictures that are still to be fetched: a repeat is known by those, and only a new job has
    `fetched` give its parameters whole. Raises InvalidRequest, InsufficientPoints, QuotaExceeded,
    CapExceeded, EnvelopeExceeded, GenerationPaused, IdempotencyConflict, NotForSale, PriceChanged,
    PerkNeeded, PictureRefused, ClipTooLong, TemplateUnavailable, ConsentRequired,
    ModerationBlocked, SubmitsPaused, ModerationUnavailable, the quote refusals, for a team NotFound
    and SeatInactive; a refused submit makes no job and holds nothing: its key may be sent again.
    """
    request = read_request(kind, params)
    told = checked_url(callback_url, field="callback_url") if callback_url else ""
    payer = payer_for(user=user, team_id=team_id, now=now)
    job = _asked(user, request, payer, checked_key(idempotency_key), quote_id, told, now)
    job.api_key_id = api_key.pk if api_key else None
    try:
        # Without a key of the client's nothing can have been made under it before.
        known = _replay(job) if idempotency_key is not None else None
        if known is not None:
            return known
        check_makeable(request)
        perks.check(wallet_id=job.wallet_id, request=request, now=now)
        if fetched is not None:
            request = read_request(kind, fetched())
        cleared = safety.clear_texts(
            user=user, wallet_id=job.wallet_id, job_id=job.id, request=request, now=now
        )
        note_extras(job, request, team_id)
        inputs = take_inputs(user=user, request=request, now=now)
        return _submit(job, request, inputs, payer, quote_id, api_key, shown_cp, cleared)
    except QuoteUsed:
        # A repeat that raced its first may find the quote used by the very job it asks for.
        known = _replay(job)
        if known is None:
            raise
        return known


def _asked(
    user: User,
    request: GenerationRequest,
    payer: Payer,
    key: str,
    quote_id: UUID | None,
    callback_url: str,
    now: datetime,
) -> Job:
    """The job as it is asked for, not written yet. `key` is the client's, "" for none."""
    key = key or f"none:{uuid.uuid4()}"
    if payer.seat_id is not None:
        key = f"{payer.seat_id}:{key}"  # people of a team do not know each other's keys
    quoted = quote_id.bytes if quote_id else b""
    # A repeat that is to be told elsewhere is another request.
    told = f"told:{callback_url}".encode() if callback_url else b""
    return Job(
        # It follows from wallet and key, so a repeat names the same hold and finds the same job.
        id=uuid.uuid5(_JOB_NAMESPACE, f"{payer.wallet_id}:{key}"),
        wallet_id=payer.wallet_id,
        user=user,
        seat_id=payer.seat_id,
        kind=request.kind,
        seed=request.seed if request.seed is not None else secrets.randbelow(SEED_MAX + 1),
        pieces=request.pieces,
        request_hash=hashlib.sha256(request.digest() + quoted + told).digest(),
        idempotency_key=key,
        callback_url=callback_url,
        created_at=now,
        deadline_at=now + request.deadline,
    )


@transaction.atomic(durable=True)
def _submit(
    job: Job,
    request: GenerationRequest,
    inputs: Inputs,
    payer: Payer,
    quote_id: UUID | None,
    api_key: ApiKey | None,
    shown_cp: int | None,
    cleared: safety.Cleared,
) -> Submitted:
    now = job.created_at
    charge = charges.hold_for_job(
        user=job.user,
        wallet_id=job.wallet_id,
        job_ref=job.reference,
        request=priced(request),
        request_hash=request.digest(),
        quote_id=quote_id,
        shown_cp=shown_cp,
        now=now,
    )
    # From here on the wallet is locked: whoever raced us has committed, or waits.
    if charge.replayed:
        known = _replay(job)
        if known is not None:
            return known
    plan = entitlements(wallet_id=job.wallet_id, now=now)
    if job.campaign is not None:
        job.campaign.refresh_from_db()  # its caps as they are now
    own = guards.check(wallet_id=job.wallet_id, plan=plan, now=now)
    job.counted = caps.count(
        wallet_id=job.wallet_id,
        caps=guards.caps_of(
            plan=plan, own=own, payer=payer, api_key=api_key, campaign=job.campaign
        ),
        amount_cp=charge.price.cost_cp,
        now=now,
    )
    only_paid = all(part.paid for part in charge.slices)
    # Free points buy standard-lane work, whatever the plan.
    job.lane = plan.lane if only_paid else "standard"
    if request.relaxed:
        perks.check_relaxed(only_paid_points=only_paid)
    if request.relaxed or cleared.slowed:
        job.lane = RELAXED
    use_inputs(inputs, now=now)
    job.params = inputs.request.params()
    job.parent = inputs.parent
    job.hold_id = charge.hold_id
    job.cost_cp = charge.price.cost_cp
    job.price_list_version = charge.price.price_list_version
    job.price_line = charge.price.line_code
    drawn = marks_for(
        user=job.user,
        plan=plan,
        only_paid_points=only_paid,
        # The marks of a clip stay in it when it is continued.
        parent_marked=continues_marked(job),
    )
    job.brand_mark, job.visible_label = drawn.brand_mark, drawn.label
    job.agreement = drawn.agreement
    job.save(force_insert=True)
    safety.keep(cleared, job=job, now=now)
    queue.join(wallet_id=job.wallet_id, lane=job.lane, now=now)
    job_events.announce([job], now=now)
    dispatch.ring_after_commit()
    return Submitted(job, replayed=False)


def _replay(job: Job) -> Submitted | None:
    """The job this key made before, None when it made none. Raises IdempotencyConflict."""
    known = Job.objects.filter(id=job.id).first()
    if known is None:
        return None
    if bytes(known.request_hash) != job.request_hash:
        raise IdempotencyConflict(_("This idempotency key was used with another request."))
    return Submitted(known, replayed=True)


@transaction.atomic(durable=True)
def cancel_job(*, user: User, job_id: UUID, now: datetime) -> Job:
    """End a queued or running job at once; its points come back in the same transaction.

    A worker still at it loses its attempt and stops within a step. Canceling again changes
    nothing. Raises NotFound, also for another's job; JobFinished once it succeeded or failed.
    """
    job = Job.objects.select_for_update().filter(seen_by(user), id=job_id).first()
    if job is None:
        raise NotFound(_("No such job."))
    if job.state == State.CANCELED:
        return job
    if job.state in TERMINAL:
        raise JobFinished(_("This job has ended already."), facts={"status": job.state})
    end_uncharged(job, event=Event.CANCEL, code="CANCELED.USER", message="", now=now)
    return job


def end_attempt(job: Job, *, outcome: str, now: datetime) -> None:
    """Write down how the running attempt ended; its GPU time is its share of what passed."""
    assert job.attempt_id is not None
    assert job.started_at is not None
    milliseconds = max(0, (now - job.started_at) // timedelta(milliseconds=1))
    Attempt.objects.filter(id=job.attempt_id).update(
        ended_at=now,
        outcome=outcome,
        gpu_milliseconds=Value(milliseconds * job.pieces) / F("batch_pieces"),
    )


def end_uncharged(job: Job, *, event: Event, code: str, message: str, now: datetime) -> None:
    """End a locked, active job without charging it: release the hold, drop the attempt.

    A step of the use cases that cancel or fail; the caller holds the job's row lock.
    """
    ended = lifecycle.after(State(job.state), event)
    if ended is None:
        raise ValueError(f"{event} cannot happen to a job that is {job.state}")
    charges.release(
        wallet_id=job.wallet_id,
        hold_id=job.hold_id,
        job_ref=job.reference,
        reason=code,
        courtesy=event is not Event.CANCEL,  # a change of mind is no failure of ours
        now=now,
    )
    caps.uncount(wallet_id=job.wallet_id, counted=job.counted, amount_cp=job.cost_cp)
    if job.attempt_id is not None:
        end_attempt(job, outcome=code, now=now)
    job.state = ended.value
    job.captured_cp = 0
    job.attempt_id = None
    job.lease_until = None
    job.failure_code = code
    job.failure_message = message[:500]
    job.finished_at = now
    job.delivery = None
    job.save(
        update_fields=[
            "state",
            "captured_cp",
            "attempt_id",
            "lease_until",
            "failure_code",
            "failure_message",
            "finished_at",
            "delivery",
        ]
    )
    job_events.announce([job], now=now)
