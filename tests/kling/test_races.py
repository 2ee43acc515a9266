"""Equal creates at the same moment: one task, one charge, one message of each status."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User, WebhookDelivery
from billing.selectors.wallets import overview
from billing.services.gifts import give_membership
from generation.models import Job, Upload
from tests.kling.client import KlingError
from tests.kling.conftest import KlingOf
from tests.races import at_once
from tests.servers.receiver import receiving
from tests.uploads import files

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_name_at_once_is_one_task(anna: User, kling_of: KlingOf, settings: Any) -> None:
    give_membership(user=anna, plan="platinum", period="month", reason="test", now=timezone.now())
    kling = kling_of(anna)
    asked = {"prompt": "a fox", "external_task_id": "mine", "callback_url": "https://a.example/"}
    made = at_once([partial(kling.create, "images/generations", **asked) for _ in range(12)])
    assert {one["task_id"] for one in made} == {str(Job.objects.get().pk)}
    assert overview(user=anna, now=timezone.now()).held_cp == 20
    assert WebhookDelivery.objects.count() == 1

    # Of two that ask for different things by one name, one is it and the others are told so.
    others = [partial(kling.create, "images/generations", prompt="a fox", n=n,
                      external_task_id="other") for n in (1, 2, 3, 4)]  # fmt: skip
    results = at_once(others)
    refused = [one for one in results if isinstance(one, KlingError)]
    assert [(one.status, one.code) for one in refused] == [(400, 1201)] * 3
    assert Job.objects.count() == 2

    # A picture at an address: whoever comes first has fetched it, and it is kept once.
    settings.WEBHOOK_PRIVATE_RECEIVERS = True
    photo = files.encoded(files.gradient(600, 400))
    with receiving(status=200, answer=photo) as shelf:
        clip = {"image": shelf.url, "external_task_id": "clip"}
        made = at_once([partial(kling.create, "videos/image2video", **clip) for _ in range(2)])
    assert len({one["task_id"] for one in made}) == 1
    assert (Job.objects.count(), Upload.objects.count()) == (3, 1)
