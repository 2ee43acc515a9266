"""Events are written with their fact, sent signed, tried again, given up; slow ones keep none."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import jsonschema
import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.db import connection, transaction
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from accounts.models import (
    User,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)
from accounts.services import own_data, webhook_deliveries, webhook_endpoints
from accounts.services.webhook_events import Fact, queue_callback, record
from accounts.webhooks.event_types import BY_NAME
from accounts.webhooks.retrying import TRIES_MAX
from accounts.webhooks.signing import new_secret
from billing.services.notices import mail_notices
from billing.services.webhook_notices import tell_of_disabled
from generation.services import attempts
from generation.services.jobs import cancel_job
from tests.jobs_by_hand import NOON, Submit, claimed, deliver
from tests.live_stack import until
from tests.servers.receiver import Receiver, closed_port, receiving
from tests.webhooks.conftest import MakeEndpoint, pump

DAY = timedelta(days=1)


def happen(user: User, key: str, kind: str = "membership.ended") -> int:
    """Something happens to someone; how many deliveries wait for it."""
    with transaction.atomic():
        return record([Fact(user.pk, kind, key, lambda: {"plan": "plus"})], now=NOON)


def verified(
    receiver: Receiver, secret: str, index: int = -1, at: datetime = NOON
) -> dict[str, Any]:
    """A message as the reference library reads it, at the moment it came."""
    heard = receiver.heard[index]
    with time_machine.travel(at, tick=False):
        message: dict[str, Any] = Webhook(secret).verify(heard.body, heard.headers)
    kind = BY_NAME[message["type"]]
    assert message["version"] == kind.version
    jsonschema.validate(message["data"], kind.schema, format_checker=jsonschema.FormatChecker())
    assert heard.headers["webhook-id"] == message["id"]
    return message


def test_a_jobs_life_is_told_and_verifies(
    rich_anna: User, submit: Submit, receiver: Receiver, endpoint_of: MakeEndpoint
) -> None:
    _endpoint, secret = endpoint_of(rich_anna, receiver.url)
    submit(rich_anna, params={"prompt": "a secret fox"})
    deliver(claimed())
    doomed = submit(rich_anna)
    running = claimed()
    assert running.attempt_id is not None
    attempts.fail_job(
        job_id=running.id, attempt_id=running.attempt_id, code="INTERNAL.OOM", message="", now=NOON
    )
    canceled = submit(rich_anna)
    cancel_job(user=rich_anna, job_id=canceled.id, now=NOON)
    assert pump() == 8
    told = [verified(receiver, secret, index) for index in range(8)]
    assert [message["type"].removeprefix("job.") for message in told] == [
        "queued", "running", "succeeded", "queued", "running", "failed", "queued", "canceled",
    ]  # fmt: skip
    assert [message["sequence"] for message in told] == list(range(1, 9))
    assert told[2]["data"]["charged_points"] == "0.20"
    assert told[2]["data"]["pieces_delivered"] == 1
    assert told[5]["data"]["failure_code"] == "INTERNAL.OOM"
    assert told[5]["data"]["id"] == str(doomed.id)
    assert b"fox" not in b"".join(heard.body for heard in receiver.heard)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(receiver.heard[0].body, receiver.heard[0].headers)


def test_a_fact_and_its_event_are_there_together_or_not_at_all(
    anna: User, bert: User, endpoint_of: MakeEndpoint
) -> None:
    endpoint_of(anna, "https://a.example/")
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012
        record([Fact(anna.pk, "membership.ended", "m:1", lambda: {"plan": "x"})], now=NOON)
        1 / 0  # noqa: B018
    assert not WebhookEvent.objects.exists()
    assert happen(anna, "m:1") == 1
    assert happen(anna, "m:1") == 0, "one fact, one event"
    assert happen(bert, "m:2") == 0, "nobody asked"
    assert WebhookDelivery.objects.count() == WebhookEvent.objects.count() == 1


def test_only_what_was_asked_for(anna: User, receiver: Receiver, endpoint_of: MakeEndpoint) -> None:
    endpoint_of(anna, receiver.url, "job.failed")
    everything, _secret = endpoint_of(anna, receiver.url)
    assert happen(anna, "m:1") == 1
    assert pump() == 1
    assert WebhookDelivery.objects.get().endpoint == everything


def test_the_old_secret_signs_as_long_as_it_was_promised(
    anna: User, receiver: Receiver, endpoint_of: MakeEndpoint
) -> None:
    endpoint, old = endpoint_of(anna, receiver.url)
    rotated = webhook_endpoints.rotate_secret(
        user=anna, endpoint_id=endpoint.pk, overlap_hours=2, idempotency_key="r1", now=NOON
    )
    again = webhook_endpoints.rotate_secret(
        user=anna, endpoint_id=endpoint.pk, overlap_hours=2, idempotency_key="r1", now=NOON
    )
    assert (again.replayed, again.secret) == (True, rotated.secret)
    assert bytes(rotated.endpoint.sealed_secret).find(rotated.secret.encode()) == -1
    happen(anna, "m:1")
    pump()
    assert verified(receiver, old) == verified(receiver, rotated.secret)
    happen(anna, "m:2")
    later = NOON + timedelta(hours=2)
    pump(later)
    assert verified(receiver, rotated.secret, at=later)["sequence"] == 2
    with pytest.raises(WebhookVerificationError):
        verified(receiver, old, at=later)


def test_resealing_keeps_secrets_readable(
    anna: User, receiver: Receiver, endpoint_of: MakeEndpoint, settings: Any
) -> None:
    _endpoint, secret = endpoint_of(anna, receiver.url)
    settings.ENCRYPTION_SECRETS = ["new", settings.SECRET_KEY]
    call_command("reseal_secrets")
    settings.ENCRYPTION_SECRETS = ["new"]
    happen(anna, "m:1")
    pump()
    assert verified(receiver, secret)["sequence"] == 1
    settings.ENCRYPTION_SECRETS = ["another"]
    happen(anna, "m:2")
    assert pump() == 1, "one that cannot be signed keeps no other waiting"
    assert WebhookAttempt.objects.get(delivery__event__key="m:2").error == "secret"


def test_a_receiver_that_is_down_is_tried_for_three_days_then_switched_off(
    anna: User, endpoint_of: MakeEndpoint
) -> None:
    endpoint, _secret = endpoint_of(anna, f"http://127.0.0.1:{closed_port()}/")
    happen(anna, "m:1")
    now = NOON
    for number in range(1, TRIES_MAX + 1):
        assert pump(now) == 1
        assert pump(now) == 0, "not before its time"
        delivery = WebhookDelivery.objects.get()
        assert delivery.attempts == number
        if number < TRIES_MAX:
            assert delivery.next_attempt_at is not None
            now = delivery.next_attempt_at
    assert 2.5 * DAY < now - NOON < 3.8 * DAY
    assert (delivery.state, delivery.ended_at) == ("failed", now)
    endpoint.refresh_from_db()
    assert (endpoint.state, endpoint.state_reason) == ("disabled", "failing")
    assert happen(anna, "m:2") == 0, "nothing is kept for it any more"
    assert [attempt.error for attempt in delivery.tries.all()] == ["connection"] * TRIES_MAX


def test_one_success_meanwhile_keeps_an_endpoint_on(
    anna: User, receiver: Receiver, endpoint_of: MakeEndpoint
) -> None:
    endpoint, _secret = endpoint_of(anna, receiver.url)
    happen(anna, "m:1")
    WebhookDelivery.objects.update(attempts=TRIES_MAX - 1)
    WebhookEndpoint.objects.update(last_success_at=NOON + timedelta(hours=1))
    receiver.status = 500
    pump(NOON + 3 * DAY)
    endpoint.refresh_from_db()
    assert (WebhookDelivery.objects.get().state, endpoint.state) == ("failed", "active")


def test_410_switches_off_at_once_and_is_told_by_mail(
    anna: User, receiver: Receiver, endpoint_of: MakeEndpoint
) -> None:
    receiver.status = 410
    endpoint, _secret = endpoint_of(anna, receiver.url)
    happen(anna, "m:1")
    happen(anna, "m:2")
    assert pump() == 1, "what still waited waits"
    endpoint.refresh_from_db()
    assert (endpoint.state, endpoint.state_reason) == ("disabled", "gone")
    for _twice in range(2):
        tell_of_disabled(now=NOON)
        mail_notices(now=NOON)
    [told] = mail.outbox
    assert endpoint.url in told.body
    assert "410" in told.body
    receiver.status = 200
    webhook_endpoints.change_endpoint(
        user=anna, endpoint_id=endpoint.pk, changes={"enabled": True}, now=NOON
    )
    assert pump() == 1


def test_a_redirect_and_a_private_address_are_failures_in_the_log(
    anna: User, receiver: Receiver, endpoint_of: MakeEndpoint, settings: Any
) -> None:
    receiver.status, receiver.headers = 307, {"Location": "http://127.0.0.1:1/"}
    endpoint_of(anna, receiver.url)
    happen(anna, "m:1")
    pump()
    settings.WEBHOOK_PRIVATE_RECEIVERS = False
    pump(NOON + timedelta(hours=1))
    assert list(WebhookAttempt.objects.order_by("number").values_list("status", "error")) == [
        (307, ""),
        (None, "address"),
    ]
    assert len(receiver.heard) == 1


def test_pausing_loses_nothing(anna: User, receiver: Receiver, endpoint_of: MakeEndpoint) -> None:
    endpoint, _secret = endpoint_of(anna, receiver.url)
    change = webhook_endpoints.change_endpoint
    change(user=anna, endpoint_id=endpoint.pk, changes={"enabled": False}, now=NOON)
    assert happen(anna, "m:1") == 1
    assert pump() == 0
    change(user=anna, endpoint_id=endpoint.pk, changes={"enabled": True}, now=NOON)
    assert pump() == 1


def test_redelivering_sends_the_same_message_again(
    anna: User, receiver: Receiver, endpoint_of: MakeEndpoint
) -> None:
    endpoint, secret = endpoint_of(anna, receiver.url)
    happen(anna, "m:1")
    pump()
    delivery = WebhookDelivery.objects.get()
    for _twice in range(2):
        webhook_endpoints.redeliver(
            user=anna,
            endpoint_id=endpoint.pk,
            delivery_id=delivery.pk,
            idempotency_key="again",
            now=NOON,
        )
        pump()
    first, second = (verified(receiver, secret, index) for index in range(2))
    assert (first, len(receiver.heard)) == (second, 2)
    assert WebhookAttempt.objects.count() == 2


def test_a_sender_that_died_is_replaced_and_comes_too_late(
    anna: User, receiver: Receiver, endpoint_of: MakeEndpoint
) -> None:
    endpoint_of(anna, receiver.url)
    happen(anna, "m:1")
    dead = webhook_deliveries.claim(now=NOON)
    assert dead is not None
    assert webhook_deliveries.claim(now=NOON) is None
    later = NOON + webhook_deliveries.LEASE
    other = webhook_deliveries.claim(now=later)
    assert other is not None
    webhook_deliveries.note(dead, webhook_deliveries.send(dead, now=NOON), now=later)
    assert WebhookDelivery.objects.get().state == "sending"
    webhook_deliveries.note(other, webhook_deliveries.send(other, now=later), now=later)
    assert WebhookDelivery.objects.get().state == "delivered"


@pytest.mark.django_db(transaction=True)
def test_one_who_is_slow_keeps_nobody_waiting(
    anna: User, bert: User, endpoint_of: MakeEndpoint
) -> None:
    with pytest.raises(RuntimeError, match="transaction of its fact"):
        record([Fact(anna.pk, "membership.ended", "m:0", dict)], now=NOON)
    with receiving() as slow, receiving() as quick:
        slow.let_go.clear()
        lame, _secret = endpoint_of(anna, slow.url)
        endpoint_of(anna, quick.url)
        endpoint_of(bert, quick.url)
        for number in range(6):
            happen(anna, f"a:{number}")
        happen(bert, "b:1")
        with ThreadPoolExecutor(8) as senders:
            ends = [senders.submit(_pump_alone) for _ in range(8)]
            try:
                others = WebhookDelivery.objects.exclude(endpoint=lame)
                until(
                    lambda: others.filter(state="delivered").count() == 7,
                    "the deliveries to everyone else",
                )
                assert len(slow.heard) <= webhook_deliveries.PER_RECEIVER
            finally:
                slow.let_go.set()
            assert sum(end.result(60) for end in ends) >= 9
    assert quick.most_at_once <= webhook_deliveries.PER_RECEIVER * 2
    assert slow.most_at_once <= webhook_deliveries.PER_RECEIVER


def _pump_alone() -> int:
    try:
        return pump()
    finally:
        connection.close()


def test_few_are_on_their_way_at_once(
    anna: User, bert: User, endpoint_of: MakeEndpoint, settings: Any
) -> None:
    for number in range(4):
        endpoint_of(anna, f"https://a.example/{number}")
    endpoint_of(bert, "https://b.example/")
    for number in range(3):
        happen(anna, f"a:{number}")
        happen(bert, f"b:{number}")
    settings.WEBHOOKS_AT_ONCE = 5
    while webhook_deliveries.claim(now=NOON) is not None:
        pass
    under_way = WebhookDelivery.objects.filter(state="sending")
    assert under_way.count() == 5
    settings.WEBHOOKS_AT_ONCE = 100
    while webhook_deliveries.claim(now=NOON) is not None:
        pass
    assert under_way.filter(user=anna).count() == webhook_deliveries.PER_USER
    assert under_way.filter(user=bert).count() == webhook_deliveries.PER_RECEIVER


def test_a_callback_of_one_request(anna: User, receiver: Receiver) -> None:
    secret = f"sk-{random.getrandbits(128):032x}"
    for expected in (True, False):
        with transaction.atomic():
            queued = queue_callback(
                user_id=anna.pk,
                url=receiver.url,
                message_id="task-1:succeed",
                type="kling.task",
                body='{"task_id":"1"}',
                secret=secret,
                now=NOON,
            )
        assert queued is expected
    assert pump() == 1
    heard = receiver.heard[0]
    with time_machine.travel(NOON, tick=False):
        assert Webhook(secret.encode()).verify(heard.body, heard.headers) == {"task_id": "1"}


def test_old_deliveries_are_forgotten(
    anna: User, receiver: Receiver, endpoint_of: MakeEndpoint, settings: Any
) -> None:
    endpoint_of(anna, receiver.url)
    happen(anna, "m:1")
    pump()
    webhook_deliveries.forget(now=NOON + timedelta(days=settings.WEBHOOK_LOG_DAYS))
    assert WebhookEvent.objects.count() == 1
    webhook_deliveries.forget(now=NOON + timedelta(days=settings.WEBHOOK_LOG_DAYS, seconds=1))
    assert not WebhookEvent.objects.exists()
    assert not WebhookDelivery.objects.exists()
    assert not WebhookAttempt.objects.exists()


def test_an_export_holds_them_without_secrets_and_an_erasure_takes_them(
    anna: User, bert: User, endpoint_of: MakeEndpoint
) -> None:
    _endpoint, secret = endpoint_of(anna, "https://a.example/")
    endpoint_of(bert, "https://b.example/")
    happen(anna, "m:1")
    parts = {part.path: part.rows for part in own_data.parts(user=anna, now=NOON)}
    kept: Any = parts["webhooks.json"]
    assert [row["url"] for row in kept["endpoints"]] == ["https://a.example/"]
    assert [row["type"] for row in kept["deliveries"]] == ["membership.ended"]
    assert secret not in str(kept)
    assert "sealed" not in str(kept)
    assert own_data.erase(user=anna, now=NOON)["webhook_endpoints"] == 1
    assert not WebhookDelivery.objects.exists()
    assert WebhookEndpoint.objects.get().user == bert
