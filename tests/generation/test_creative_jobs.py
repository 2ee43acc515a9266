"""Submitting creatives: priced by the piece, planned to differ, made for a campaign."""

from __future__ import annotations

import base64
import uuid
from typing import Any

import numpy as np
import pytest
from PIL import Image

from accounts.errors import InvalidRequest
from accounts.models import User
from billing.services.grants import give_points
from generation.creative import ASPECTS
from generation.engine.errors import EngineFailure
from generation.models import Campaign, Job, Upload
from generation.services.campaigns import make_campaign
from generation.services.quotes import preview_price
from generation.services.uploads import delete_upload
from generation.specs import finisher_of, specs_of
from tests.jobs_by_hand import NOON, Submit, claimed, deliver, ledger_breaches
from tests.uploads import files

PRODUCT = base64.b64encode(files.encoded(Image.new("RGB", (300, 400), "red"))).decode()
TEA = {"prompt": "green tea", "seed": 40}


@pytest.fixture
def merchant(rich_anna: User) -> User:
    """Anna with 600 points more: a hundred creatives cost 470."""
    give_points(
        user=rich_anna,
        amount_cp=600_00,
        source="adjustment",
        days=30,
        reason="test",
        key="test",
        now=NOON,
    )
    return rich_anna


def campaign(user: User, name: str = "Spring") -> Campaign:
    return make_campaign(user=user, name=name, target_minor=47, currency="CNY", now=NOON).campaign


@pytest.mark.parametrize(("pieces", "cost_cp"), [(1, 4_70), (10, 47_00), (100, 470_00)])
def test_each_piece_costs_the_same(merchant: User, pieces: int, cost_cp: int) -> None:
    shown = preview_price(user=merchant, kind="creative", params={"n": pieces}, now=NOON)
    assert shown.cost_cp == cost_cp


def test_a_hundred_pieces_in_one_job(merchant: User, submit: Submit) -> None:
    submit(merchant, "creative", params={**TEA, "n": 100})
    job = claimed()
    specs = specs_of(job, prefix_frames=0)
    assert len(specs) == 100
    assert len({spec.seed for spec in specs}) == 100
    assert len({spec.prompt for spec in specs}) > 6
    # One size: they share calls of the engine.
    assert len({spec.batch_key for spec in specs}) == 1
    job = deliver(job, pieces=range(97), missing="INTERNAL.OOM")
    assert (job.state, job.captured_cp) == ("succeeded", 97 * 4_70)
    assert ledger_breaches() == []


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({}, "params.prompt"),
        ({"lines": ["x"]}, "params.prompt"),
        ({**TEA, "n": 101}, "params.n"),
        ({**TEA, "n": 0}, "params.n"),
        ({**TEA, "lines": "Sale"}, "params.lines"),
        ({**TEA, "lines": ["x"] * 11}, "params.lines"),
        ({**TEA, "lines": ["x" * 41]}, "params.lines"),
        ({**TEA, "lines": ["two\nlines"]}, "params.lines"),
        ({**TEA, "lines": [""]}, "params.lines"),
        ({**TEA, "lines": ["nul\x00"]}, "params.lines"),
        ({**TEA, "lines": [7]}, "params.lines"),
        ({**TEA, "aspect_ratio": "21:9"}, "params.aspect_ratio"),
        ({**TEA, "campaign": "spring"}, "params.campaign"),
        ({**TEA, "campaign": str(uuid.uuid4())}, "params.campaign"),
        ({**TEA, "duration": 5}, "params.duration"),
    ],
)
def test_what_a_creative_does_not_take_is_named(
    merchant: User, submit: Submit, params: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        submit(merchant, "creative", params=params)
    assert list(refused.value.fields) == [field]
    assert Job.objects.count() == 0


def test_it_is_made_for_a_campaign_of_ones_own(merchant: User, bert: User, submit: Submit) -> None:
    spring, berts = campaign(merchant), campaign(bert)
    with pytest.raises(InvalidRequest) as refused:
        submit(merchant, "creative", params={**TEA, "campaign": str(berts.id)})
    assert list(refused.value.fields) == ["params.campaign"]
    job = submit(merchant, "creative", params={**TEA, "campaign": str(spring.id)})
    assert Job.objects.get(id=job.id).campaign == spring


def test_pieces_differ_where_the_engine_drew_the_same(merchant: User, submit: Submit) -> None:
    lines = ["One", "Two", "Three"]
    submit(merchant, "creative", params={**TEA, "image": PRODUCT, "lines": lines, "n": 10})
    job = claimed()
    finish = finisher_of(job)
    scene = np.full((512, 512, 3), 128, np.uint8)
    pieces = [finish(piece, scene) for piece in range(10)]
    assert len({piece.tobytes() for piece in pieces}) == 10
    shapes = {round(piece.shape[1] / piece.shape[0], 1) for piece in pieces}
    assert len(shapes) == len(ASPECTS)
    # The same again: the seed says it all.
    assert (finisher_of(job)(3, scene) == pieces[3]).all()


def test_a_piece_is_made_again_from_its_own_seed(merchant: User, submit: Submit) -> None:
    submit(merchant, "creative", params={**TEA, "n": 3})
    first = claimed()
    scene = np.full((512, 512, 3), 128, np.uint8)
    third = finisher_of(first)(2, scene)
    asked = specs_of(first, prefix_frames=0)[2]
    deliver(first, pieces=range(3))
    submit(merchant, "creative", params={**TEA, "seed": 42})
    alone = claimed()
    [again] = specs_of(alone, prefix_frames=0)
    assert (again.prompt, again.seed) == (asked.prompt, asked.seed)
    assert (finisher_of(alone)(0, scene) == third).all()


def test_a_product_that_is_gone_fails_the_job(merchant: User, submit: Submit) -> None:
    submit(merchant, "creative", params={"image": PRODUCT})
    delete_upload(user=merchant, upload_id=Upload.objects.get().id, now=NOON)
    with pytest.raises(EngineFailure):
        finisher_of(claimed())


def test_one_shape_where_one_is_asked_for(merchant: User, submit: Submit) -> None:
    params = {**TEA, "n": 5, "aspect_ratio": "9:16", "resolution": "1k"}
    submit(merchant, "creative", params=params)
    job = claimed()
    [size] = {(spec.width, spec.height) for spec in specs_of(job, prefix_frames=0)}
    assert size[0] is not None
    assert size[1] is not None
    scene = np.full((size[1], size[0], 3), 128, np.uint8)
    assert {finisher_of(job)(piece, scene).shape for piece in range(5)} == {scene.shape}
