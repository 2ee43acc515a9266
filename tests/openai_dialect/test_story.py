"""What can be made, by OpenAI's own client over HTTP, on a real engine."""

from __future__ import annotations

import base64
import io

import httpx
import openai
import pytest
from django.utils import timezone
from openai import OpenAI
from PIL import Image

from accounts.models import User
from billing.services.gifts import give_membership
from generation.models import Job
from tests.conftest import Person
from tests.live_stack import LiveStack
from tests.openai_dialect.conftest import OpenAIOf
from tests.uploads import files

pytestmark = [
    pytest.mark.engine,
    pytest.mark.filterwarnings("ignore:The Sora API:DeprecationWarning"),
]

PHOTO = files.encoded(files.gradient(600, 400))


@pytest.fixture
def anna(live: LiveStack, person: Person) -> User:
    """Anna is on platinum, with the points of its first month."""
    anna = person("anna")
    give_membership(user=anna, plan="platinum", period="month", reason="test", now=timezone.now())
    return anna


@pytest.fixture
def client(live: LiveStack, anna: User, openai_of: OpenAIOf) -> OpenAI:
    """Anna's program."""
    return openai_of(anna, live.url)


def size_of(data: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(data)).size


def test_what_can_be_made(client: OpenAI) -> None:
    [model] = [model.id for model in client.models.list()]
    assert client.models.retrieve(model).owned_by == "operator"

    # Pictures whole, as links, and streamed.
    answer = client.images.generate(prompt="a fox", model=model, n=2, size="1024x1024")
    assert answer.data is not None
    assert answer._request_id
    assert len(answer.data) == 2
    for picture in answer.data:
        width, height = size_of(base64.b64decode(picture.b64_json or ""))
        assert width == height
    assert (answer.cost_points, answer.charged_points, answer.charged) == ("0.40", "0.40", True)  # type: ignore[attr-defined]
    linked = client.images.generate(prompt="waves", response_format="url")
    assert linked.data is not None
    assert size_of(httpx.get(linked.data[0].url or "").content)
    [event] = client.images.generate(prompt="a hill", stream=True, partial_images=2)
    assert event.type == "image_generation.completed"
    assert size_of(base64.b64decode(event.b64_json))

    # A clip; the client polls as often as it is told, and the camera rides along.
    video = client.videos.create_and_poll(
        prompt="waves",
        seconds="4",
        size="1280x720",
        extra_body={"camera": {"zoom": 4}, "negative_prompt": "people"},
    )
    assert (video.status, video.progress, video.seconds) == ("completed", 100, "5")
    assert (video.model, video.error, video.prompt) == (model, None, "waves")
    assert Job.objects.get(id=video.id).params["camera"] == {"zoom": 4}
    assert video.completed_at is not None
    whole = client.videos.download_content(video.id).read()
    assert whole[4:8] == b"ftyp"
    part = client.videos.download_content(video.id, extra_headers={"Range": "bytes=4-7"})
    assert (part.response.status_code, part.read()) == (206, b"ftyp")
    poster = client.videos.download_content(video.id, variant="thumbnail")
    assert size_of(poster.read())

    # From a picture; its own words again; and on from its end.
    moved = client.videos.create_and_poll(prompt="it turns", input_reference=("a.png", PHOTO))
    assert (moved.status, Job.objects.get(id=moved.id).kind) == ("completed", "image_to_video")
    remixed = client.videos.remix(video.id, prompt="a storm")
    assert remixed.remixed_from_video_id == video.id
    remix, source = (Job.objects.get(id=one.id) for one in (remixed, video))
    assert (remix.seed, remix.params) == (
        source.seed,
        {**source.params, "prompt": "a storm", "seed": source.seed},
    )
    # The client's own {"id": …} never leaves it: it takes files only, this server ids only.
    longer = client.videos.extend(
        prompt="on and on",
        seconds="4",
        video=openai.omit,  # type: ignore[arg-type]
        extra_body={"video": {"id": video.id}},
    )
    longer = client.videos.poll(longer.id)
    assert (longer.status, longer.seconds) == ("completed", "10")

    made = [longer.id, remixed.id, moved.id, video.id]
    assert [one.id for one in client.videos.list(limit=3)] == made  # pages follow by themselves
    client.videos.poll(remixed.id)
    for gone in (remixed.id, video.id):
        assert client.videos.delete(gone).deleted
        with pytest.raises(openai.NotFoundError):
            client.videos.retrieve(gone)
    assert [one.id for one in client.videos.list(order="asc")] == [moved.id, longer.id]
