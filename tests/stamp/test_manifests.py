"""The signed manifest: valid as delivered, invalid after one byte, an edit of its parent."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import c2pa
import numpy as np
import pytest
from PIL import Image

from generation.stamp.certificates import expires_at, faults, make_chain
from generation.stamp.chain_folder import kept_chain, read_chain, read_own, renew_chain
from generation.stamp.content import content_sha256
from generation.stamp.joining import Earlier, stamp_joined
from generation.stamp.manifests import read_manifest
from generation.stamp.reading import read_aigc
from generation.stamp.stamping import stamp_clip, stamp_picture
from generation.stamp.types import JPEG, MP4, PNG, WEBP, Parent, Stamped, StampOrder
from tests.stamp.conftest import CLEAN, CLIP, FRAME, MARKED

NOW = datetime.now(UTC)
OURS = make_chain("Ink & Sons", now=NOW)
MIMES = (PNG, JPEG, WEBP, MP4)


def signed(order: StampOrder = MARKED, **changes: object) -> StampOrder:
    named = {"signing": OURS, "made_at": NOW, "model": "demo", "model_version": "7"}
    return replace(order, **{**named, **changes})  # type: ignore[arg-type]


def stamp(mime: str, order: StampOrder) -> Stamped:
    return stamp_clip(CLIP, 8, order) if mime == MP4 else stamp_picture(FRAME, order, mime)


@pytest.fixture(scope="module", params=[MARKED, CLEAN], ids=["marked", "clean"])
def delivered(request: pytest.FixtureRequest) -> dict[str, Stamped]:
    """One file of each type."""
    return {mime: stamp(mime, signed(request.param)) for mime in MIMES}


@pytest.mark.parametrize("mime", MIMES)
def test_valid_as_delivered(delivered: dict[str, Stamped], mime: str) -> None:
    manifest = read_manifest(delivered[mime].data, mime, OURS.anchors)
    assert manifest is not None
    assert (manifest.signed, manifest.trusted, manifest.ours) == (True, True, True)
    assert (manifest.produce_id, manifest.model) == ("job_01", "demo")
    assert manifest.made_at == NOW.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert (manifest.parents, manifest.faults) == (0, ())


@pytest.mark.parametrize("mime", MIMES)
def test_invalid_after_one_flipped_byte(delivered: dict[str, Stamped], mime: str) -> None:
    whole = delivered[mime].data
    begin = whole.rfind({PNG: b"IDAT", JPEG: b"\xff\xda", WEBP: b"VP8 ", MP4: b"mdat"}[mime])
    after = {PNG: b"IEND", JPEG: b"\xff\xd9", WEBP: b"XMP ", MP4: b"uuid"}[mime]
    end = whole.find(after, begin)
    assert end - begin > 1000
    for at in range(begin + 40, end, (end - begin) // 7):
        changed = bytearray(whole)
        changed[at] ^= 1
        manifest = read_manifest(bytes(changed), mime, OURS.anchors)
        assert manifest is not None
        assert not manifest.signed
        assert manifest.ours  # it can still be told whose it was
        assert any("mismatch" in fault for fault in manifest.faults)


@pytest.mark.parametrize("mime", MIMES)
def test_exactly_one_label_where_it_belongs(delivered: dict[str, Stamped], mime: str) -> None:
    data = delivered[mime].data
    (label,) = read_aigc(data)
    assert list(label) == [
        "Label", "ContentProducer", "ProduceID", "ReservedCode1", "ContentPropagator",
        "PropagateID", "ReservedCode2",
    ]  # fmt: skip
    assert data.count(b"ContentProducer") == 1
    assert data.count(b"trainedAlgorithmicMedia") == 2  # in its XMP and in the manifest
    place = {PNG: b"XML:com.adobe.xmp", JPEG: b"http://ns.adobe.com/xap/1.0/\0", WEBP: b"XMP "}
    if mime == MP4:
        moov = data[data.find(b"moov") : data.find(b"mdat")]
        assert moov.find(b"udta") < moov.find(b"keys") < moov.find(b"ContentProducer")
    else:
        assert 0 < data.find(place[mime]) < data.find(b"ContentProducer")


@pytest.mark.parametrize("mime", MIMES)
def test_other_readers_read_it(delivered: dict[str, Stamped], mime: str) -> None:
    """The standard's own library, as anyone would call it: valid, by somebody it does not know."""
    with c2pa.Reader(mime, io.BytesIO(delivered[mime].data)) as reader:
        told = json.loads(reader.json())
    assert told["validation_state"] == "Valid"
    active = told["manifests"][told["active_manifest"]]
    assert active["signature_info"]["issuer"] == "Ink & Sons"
    (actions,) = [one for one in active["assertions"] if one["label"].startswith("c2pa.actions")]
    (action,) = actions["data"]["actions"]
    assert action["action"] == "c2pa.created"
    assert action["digitalSourceType"].endswith("/trainedAlgorithmicMedia")


def test_signed_files_still_play(delivered: dict[str, Stamped]) -> None:
    for mime in (PNG, JPEG, WEBP):
        with Image.open(io.BytesIO(delivered[mime].data)) as picture:
            picture.load()
            assert picture.size == (320, 180)
    with av.open(io.BytesIO(delivered[MP4].data), "r") as container:
        assert len(list(container.decode(video=0))) == len(CLIP)


def test_an_extension_is_an_edit_of_its_parent(tmp_path: Path) -> None:
    parent = stamp_clip(CLIP, 8, signed())
    kept = tmp_path / "parent.mp4"
    kept.write_bytes(parent.data)
    for file in (parent.data, kept):
        order = signed(parent=Parent(file), produce_id="job_02")
        earlier = Earlier(io.BytesIO(parent.data), marked=True)
        longer = stamp_joined(earlier, CLIP, 8, 1, order)
        manifest = read_manifest(longer.data, MP4, OURS.anchors)
        assert manifest is not None
        assert (manifest.trusted, manifest.parents, manifest.produce_id) == (True, 1, "job_02")
        with c2pa.Reader(MP4, io.BytesIO(longer.data)) as reader:
            told = json.loads(reader.json())
        assert len(told["manifests"]) == 2
        active = told["manifests"][told["active_manifest"]]
        actions = [
            action["action"]
            for one in active["assertions"]
            if one["label"].startswith("c2pa.actions")
            for action in one["data"]["actions"]
        ]
        assert sorted(actions) == ["c2pa.edited", "c2pa.opened"]
        assert [one["relationship"] for one in active["ingredients"]] == ["parentOf"]
        assert len(read_aigc(longer.data)) == 1


def test_a_parent_without_a_manifest_is_taken_too() -> None:
    longer = stamp_clip(CLIP, 8, signed(parent=Parent(stamp_clip(CLIP, 8, MARKED).data)))
    manifest = read_manifest(longer.data, MP4, OURS.anchors)
    assert manifest is not None
    assert (manifest.trusted, manifest.parents) == (True, 1)


def test_anothers_file_is_not_ours() -> None:
    theirs = make_chain("Ink & Sons", now=NOW)  # the same name is not the same key
    file = stamp_picture(FRAME, signed(signing=theirs))
    manifest = read_manifest(file.data, PNG, OURS.anchors)
    assert manifest is not None
    assert (manifest.signed, manifest.trusted, manifest.ours) == (True, False, False)


def test_what_is_seen_has_a_hash_that_survives_its_metadata(delivered: dict[str, Stamped]) -> None:
    for mime in (PNG, WEBP):
        with Image.open(io.BytesIO(delivered[mime].data)) as picture:
            bare = io.BytesIO()
            Image.fromarray(np.asarray(picture.convert("RGB"))).save(bare, "PNG")
        assert read_aigc(bare.getvalue()) == []
        assert content_sha256(bare.getvalue(), PNG) == delivered[mime].content_sha256
    copied = io.BytesIO()
    with (
        av.open(io.BytesIO(delivered[MP4].data), "r") as source,
        av.open(copied, "w", "mp4") as target,
    ):
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    assert read_aigc(copied.getvalue()) == []
    assert content_sha256(copied.getvalue(), MP4) == delivered[MP4].content_sha256
    assert read_manifest(copied.getvalue(), MP4, OURS.anchors) is None


def test_the_local_chain_is_made_once_and_kept_private(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "c2pa"
    made = kept_chain(folder, "Ink", now=NOW)
    assert kept_chain(folder, "Ink", now=NOW) == made
    assert (folder / "key.pem").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert faults(made) == []
    assert expires_at(made) - NOW > timedelta(days=3600)
    assert b"PRIVATE" not in made.chain + made.anchors


def test_a_renewed_chain_still_trusts_what_the_old_one_signed(tmp_path: Path) -> None:
    folder = tmp_path / "c2pa"
    old = kept_chain(folder, "Ink", now=NOW)
    file = stamp_picture(FRAME, signed(signing=old)).data
    fresh = renew_chain(folder, "Ink", now=NOW)
    assert fresh.key != old.key
    assert read_chain(folder) == fresh
    manifest = read_manifest(file, PNG, fresh.anchors)
    assert manifest is not None
    assert manifest.trusted
    assert len(list(tmp_path.glob("c2pa-until-*"))) == 1


def test_an_operators_own_chain(tmp_path: Path) -> None:
    theirs = make_chain("Operator", now=NOW)
    (tmp_path / "chain.pem").write_bytes(theirs.chain)
    (tmp_path / "key.pem").write_bytes(theirs.key)
    own = read_own(tmp_path / "chain.pem", tmp_path / "key.pem", anchors=OURS.anchors)
    assert faults(own) == []
    for signing in (own, OURS):
        file = stamp_picture(FRAME, signed(signing=signing)).data
        manifest = read_manifest(file, PNG, own.anchors)
        assert manifest is not None
        assert manifest.trusted


def test_chains_that_cannot_sign_are_named(tmp_path: Path) -> None:
    other = make_chain("Other", now=NOW)
    leaf, root = OURS.chain.split(b"-----END CERTIFICATE-----\n")[:2]
    end = b"-----END CERTIFICATE-----\n"
    cases = {
        "private key is not": replace(OURS, key=other.key),
        "needs the leaf": replace(OURS, chain=leaf + end),
        "signed itself": replace(OURS, chain=root + end + root + end),
        "not signed by": replace(OURS, chain=leaf + end + other.anchors),
        "PEM": replace(OURS, key=b"nothing"),
        "": replace(OURS, chain=b"nothing"),
    }
    for words, signing in cases.items():
        found = faults(signing)
        assert any(words in fault for fault in found), (words, found)


@pytest.mark.parametrize("mime", MIMES)
def test_hostile_files_never_crash_the_reader(delivered: dict[str, Stamped], mime: str) -> None:
    whole = delivered[mime].data
    draw = np.random.default_rng(5)
    for _ in range(60):
        broken = bytearray(whole[: int(draw.integers(20, len(whole)))])
        for at in draw.integers(0, len(broken), 12):
            broken[at] = int(draw.integers(256))
        data = bytes(broken)
        for read in (
            lambda data=data: read_manifest(data, mime, OURS.anchors),
            lambda data=data: read_aigc(data),
            lambda data=data: content_sha256(data, mime),
        ):
            try:
                read()
            except ValueError:
                continue
