"""Submitting effects: what the template takes, who agreed, and the operator's switch."""

from __future__ import annotations

import base64
from typing import Any, cast

import numpy as np
import pytest
from PIL import Image

from accounts.errors import InvalidRequest
from accounts.models import User
from billing.errors import PerkNeeded
from billing.selectors.wallets import overview
from generation.effects import CONSENT_VERSION
from generation.engine.types import Camera
from generation.errors import ConsentRequired, PictureRefused, TemplateUnavailable
from generation.framing import aged
from generation.models import Artifact, EffectVersion, Job, Upload
from generation.services.effects import switch_effect
from generation.services.quotes import preview_price, quote_job
from generation.services.uploads import keep_upload
from generation.specs import specs_of
from tests.conftest import Person
from tests.jobs_by_hand import NOON, Submit, claimed, deliver
from tests.uploads import files

PHOTO = files.encoded(files.gradient(400, 300))
OTHER = files.encoded(Image.fromarray(np.full((500, 400, 3), 90, np.uint8)))


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def asked(template: str = "old-photo-alive", **more: Any) -> dict[str, Any]:
    return {"template": template, "inputs": {"photo": b64(PHOTO)}, "consent": True, **more}


def test_an_effect_costs_what_its_clip_costs(rich_anna: User, submit: Submit) -> None:
    quoted = quote_job(user=rich_anna, kind="effect", params=asked(), now=NOON)
    job = submit(rich_anna, "effect", params=asked(), quote_id=quoted.quote.id)
    video = preview_price(user=rich_anna, kind="video", params={}, now=NOON)
    assert job.cost_cp == quoted.quote.cost_cp == video.cost_cp == 1000
    ten = preview_price(user=rich_anna, kind="effect", params={"duration": 10}, now=NOON)
    assert ten.cost_cp == 2000


def test_the_job_remembers_the_version_and_the_consent(rich_anna: User, submit: Submit) -> None:
    job = submit(rich_anna, "effect", params=asked())
    job.refresh_from_db()
    assert (job.template_version, job.consent_version, job.consent_at) == (
        1,
        CONSENT_VERSION,
        NOON,
    )
    assert job.params["inputs"] == {"photo": str(Upload.objects.get().id)}


def test_without_consent_nothing_is_made_or_held(rich_anna: User, submit: Submit) -> None:
    for consent in ({"consent": False}, {}):
        params = {**asked(), **consent} if consent else asked()
        if not consent:
            del params["consent"]
        with pytest.raises(ConsentRequired) as refused:
            submit(rich_anna, "effect", params=params)
        assert refused.value.code == "consent_required"
        assert list(refused.value.fields) == ["params.consent"]
        assert refused.value.facts["consent_version"] == CONSENT_VERSION
    with pytest.raises(ConsentRequired):
        quote_job(user=rich_anna, kind="effect", params=params, now=NOON)
    assert (Job.objects.count(), Upload.objects.count()) == (0, 0)
    assert overview(user=rich_anna, now=NOON).held_cp == 0


def test_where_nobody_is_shown_nobody_need_agree(rich_anna: User, submit: Submit) -> None:
    params = asked("first-snow")
    del params["consent"]
    job = submit(rich_anna, "effect", params=params)
    assert (job.consent_version, job.consent_at) == ("", None)


@pytest.mark.parametrize(
    ("params", "field"),
    [
        (asked("no-such-effect"), "params.template"),
        (asked("Old Photo"), "params.template"),
        ({**asked(), "template": 7}, "params.template"),
        ({"inputs": {"photo": b64(PHOTO)}}, "params.template"),
        ({"template": "old-photo-alive"}, "params.inputs"),
        (asked(inputs={}), "params.inputs"),
        (asked(inputs=[b64(PHOTO)]), "params.inputs"),
        (asked(inputs={"photo": "no base64!"}), "params.inputs"),
        (asked(inputs={str(n): b64(PHOTO) for n in range(9)}), "params.inputs"),
        (asked(inputs={"left": b64(PHOTO)}), "params.inputs.photo"),
        (asked(inputs={"photo": b64(PHOTO), "more": b64(PHOTO)}), "params.inputs.more"),
        (asked("embrace-across-time", inputs={"left": b64(PHOTO)}), "params.inputs.right"),
        (asked(inputs={"photo": "6b1f7b1e-8a3e-5b44-9d2a-0c5a5d1f4a66"}), "params.inputs.photo"),
        (asked("forty-years-ago", duration=10), "params.duration"),
        (asked(duration=7), "params.duration"),
        (asked("fly-over", prompt="my own"), "params.prompt"),
        (asked(camera={"zoom": 3}), "params.camera"),
        (asked(negative_prompt="x"), "params.negative_prompt"),
        (asked(consent="yes"), "params.consent"),
        (asked(n=2), "params.n"),
    ],
)
def test_what_an_effect_does_not_take_is_named(
    rich_anna: User, submit: Submit, params: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        submit(rich_anna, "effect", params=params)
    assert field in refused.value.fields
    assert Job.objects.count() == 0


def test_a_hostile_picture_is_named_by_its_input(rich_anna: User, submit: Submit) -> None:
    with pytest.raises(PictureRefused) as refused:
        submit(rich_anna, "effect", params=asked(inputs={"photo": b64(files.bomb())}))
    assert list(refused.value.fields) == ["params.inputs.photo"]


def test_anothers_picture_is_no_picture(rich_anna: User, bert: User, submit: Submit) -> None:
    upload = keep_upload(user=bert, data=PHOTO, field="file", now=NOON)
    with pytest.raises(InvalidRequest) as refused:
        submit(rich_anna, "effect", params=asked(inputs={"photo": str(upload.id)}))
    assert list(refused.value.fields) == ["params.inputs.photo"]


def test_high_quality_is_a_perk_here_too(rich_anna: User, submit: Submit) -> None:
    with pytest.raises(PerkNeeded):
        submit(rich_anna, "effect", params=asked(quality="high"))


def test_switched_off_refuses_the_new_and_finishes_the_queued(
    rich_anna: User, person: Person, submit: Submit
) -> None:
    olga = person("olga", is_staff=True)
    queued = submit(rich_anna, "effect", params=asked(), key="first")

    def switch(*, enabled: bool) -> None:
        switch_effect(
            code="old-photo-alive",
            enabled=enabled,
            reason="complaints",
            note="",
            staff=olga,
            now=NOON,
        )

    switch(enabled=False)
    with pytest.raises(TemplateUnavailable) as refused:
        submit(rich_anna, "effect", params=asked(), key="second")
    assert refused.value.code == "template_unavailable"
    assert refused.value.facts == {"template": "old-photo-alive"}
    # A repeat of what was accepted is the same job, and it is made.
    assert submit(rich_anna, "effect", params=asked(), key="first").id == queued.id
    assert specs_of(claimed(), prefix_frames=0)[0].first_frame is not None
    assert deliver(Job.objects.get()).captured_cp == 1000
    switch(enabled=True)
    submit(rich_anna, "effect", params=asked(), key="third")


def test_the_engine_is_told_the_preset_and_the_edited_words(
    rich_anna: User, submit: Submit
) -> None:
    submit(rich_anna, "effect", params=asked(seed=9))
    preset = specs_of(Job.objects.get(), prefix_frames=0)[0]
    assert "come to life" in preset.prompt
    assert preset.negative_prompt
    assert (preset.kind, preset.seconds, preset.seed) == ("video", 5, 9)
    assert preset.camera == Camera(zoom=2)
    deliver(claimed())
    submit(rich_anna, "effect", params=asked(prompt="she laughs", duration=10))
    edited = specs_of(claimed(), prefix_frames=0)[0]
    assert (edited.prompt, edited.seconds) == ("she laughs", 10)


def test_one_picture_is_the_first_frame_in_its_own_shape(rich_anna: User, submit: Submit) -> None:
    submit(rich_anna, "effect", params=asked())
    spec = specs_of(claimed(), prefix_frames=0)[0]
    assert spec.first_frame is not None
    assert spec.last_frame is None
    assert spec.first_frame.shape == (spec.height, spec.width, 3)
    assert spec.width is not None
    assert spec.height is not None
    assert abs(spec.width / spec.height - 4 / 3) < 0.01


def test_two_pictures_side_by_side(rich_anna: User, submit: Submit) -> None:
    inputs = {"right": b64(OTHER), "left": b64(PHOTO)}
    submit(rich_anna, "effect", params=asked("embrace-across-time", inputs=inputs))
    spec = specs_of(claimed(), prefix_frames=0)[0]
    assert spec.first_frame is not None
    assert (spec.width, spec.height) == (1280, 720)
    right = spec.first_frame[:, 640:]
    assert (right == 90).all()
    assert not (spec.first_frame[:, :640] == 90).all()


def test_an_old_print_is_the_last_frame(rich_anna: User, submit: Submit) -> None:
    submit(rich_anna, "effect", params=asked("forty-years-ago"))
    spec = specs_of(claimed(), prefix_frames=0)[0]
    assert spec.first_frame is not None
    assert spec.last_frame is not None
    assert (spec.last_frame == aged(spec.first_frame)).all()


def test_a_job_is_made_by_the_version_it_was_submitted_with(
    rich_anna: User, submit: Submit
) -> None:
    submit(rich_anna, "effect", params=asked())
    row = EffectVersion.objects.get(template="old-photo-alive")
    content = {**row.content, "version": 2, "prompt": "something else"}
    EffectVersion.objects.create(template=row.template, version=2, content=content)
    assert "come to life" in specs_of(claimed(), prefix_frames=0)[0].prompt
    deliver(Job.objects.get())
    newer = submit(rich_anna, "effect", params=asked())
    assert newer.template_version == 2
    assert specs_of(claimed(), prefix_frames=0)[0].prompt == "something else"


def test_a_picture_one_made_is_an_input_and_its_parent(rich_anna: User, submit: Submit) -> None:
    submit(rich_anna)
    deliver(claimed())
    made = Artifact.objects.get()
    job = submit(rich_anna, "effect", params=asked("first-snow", inputs={"photo": str(made.id)}))
    assert cast(Artifact, job.parent).id == made.id
