"""The C2PA manifest: signed into a finished file, last of all, and read back.

Nothing is fetched: no manifest from afar, no revocation list; a time stamp only from the service
the operator named.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import UTC
from typing import Any

import c2pa

from generation.stamp.aigc import IPTC_TRAINED_MEDIA
from generation.stamp.certificates import algorithm_of
from generation.stamp.types import StampOrder

GENERATOR = "Inkling"
_BUILDING = {"builder": {"thumbnail": {"enabled": False}}}  # a thumbnail weighs 266 KB
_ALGORITHMS = {name: name.encode() for name in ("es256", "es384", "es512", "ed25519", "ps256")}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the manifest of a file says, and how far it can be believed.

    signed: the signature and every hash hold. trusted: and it was made under one of our anchors.
    ours: its certificate leads to one of our anchors, whether or not the file still is what was
    signed. produce_id: number of the content. made_at: as it is written there. parents: how many
    files this goes on from. faults: codes of what does not hold.
    """

    signed: bool
    trusted: bool
    ours: bool
    produce_id: str
    made_at: str
    model: str
    parents: int
    faults: tuple[str, ...]


def sign_manifest(data: bytes, mime: str, order: StampOrder) -> bytes:
    """The file with its manifest. Raises c2pa.C2paError when the chain cannot sign, OSError."""
    assert order.signing is not None
    signing = order.signing
    info = c2pa.C2paSignerInfo(
        alg=_ALGORITHMS[algorithm_of(signing.key)],
        sign_cert=signing.chain,
        private_key=signing.key,
        ta_url=signing.tsa_url.encode() or None,
    )
    signed = io.BytesIO()
    with (
        c2pa.Context.from_dict(_settings(signing.anchors)) as context,
        c2pa.Signer.from_info(info) as signer,
        c2pa.Builder(_definition(mime, order), context=context) as builder,
    ):
        if order.parent is not None:
            # An edit of its parent: the library adds the action that opened it.
            builder.set_intent(c2pa.C2paBuilderIntent.EDIT)
            builder.add_ingredient(
                {"title": "parent", "relationship": "parentOf"},
                order.parent.mime,
                io.BytesIO(order.parent.read()),
            )
        builder.sign(signer, mime, io.BytesIO(data), signed)
    return signed.getvalue()


def _definition(mime: str, order: StampOrder) -> dict[str, Any]:
    assert order.made_at is not None
    agent = {"name": order.model or order.software, "version": order.model_version or "unknown"}
    action = {
        "action": "c2pa.created" if order.parent is None else "c2pa.edited",
        "when": order.made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "digitalSourceType": IPTC_TRAINED_MEDIA,
        "softwareAgent": agent,
    }
    return {
        "claim_generator_info": [{"name": GENERATOR}],
        "title": order.produce_id,
        "format": mime,
        "assertions": [{"label": "c2pa.actions", "data": {"actions": [action]}}],
    }


def read_manifest(data: bytes, mime: str, anchors: bytes) -> Manifest | None:
    """The manifest of a file, judged with `anchors` (PEM) as the only roots that are trusted.

    None when there is none. Raises ValueError when there is something that cannot be read.
    """
    try:
        with c2pa.Context.from_dict(_settings(anchors)) as context:
            reader = c2pa.Reader.try_create(mime, io.BytesIO(data), context=context)
            if reader is None:
                return None
            with reader:
                return _read(json.loads(reader.json()))
    except (c2pa.C2paError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"the manifest cannot be read: {error}") from None


def _settings(anchors: bytes) -> dict[str, Any]:
    return {
        **_BUILDING,
        "trust": {"user_anchors": anchors.decode()},
        "verify": {"verify_trust": True, "remote_manifest_fetch": False, "ocsp_fetch": False},
    }


def _read(store: dict[str, Any]) -> Manifest:
    active = store["manifests"][store["active_manifest"]]
    results = store.get("validation_results", {}).get("activeManifest", {})
    held = {status["code"] for status in results.get("success", [])}
    state = store.get("validation_state")
    actions = [
        action
        for assertion in active.get("assertions", [])
        if assertion["label"].startswith("c2pa.actions")
        for action in assertion["data"]["actions"]
    ]
    made: dict[str, Any] = next(
        (one for one in actions if one["action"] in ("c2pa.created", "c2pa.edited")), {}
    )
    agent = made.get("softwareAgent", "")
    return Manifest(
        signed=state in ("Valid", "Trusted"),
        trusted=state == "Trusted",
        ours="signingCredential.trusted" in held and "claimSignature.validated" in held,
        produce_id=str(active.get("title", "")),
        made_at=str(made.get("when", "")),
        model=str(agent.get("name", "") if isinstance(agent, dict) else agent),
        parents=sum(one.get("relationship") == "parentOf" for one in active.get("ingredients", [])),
        faults=tuple(sorted(status["code"] for status in results.get("failure", []))),
    )
