"""Which models there are, what each can do and what it costs; read without loading any.

The registry is a TOML file of the operator's (`ENGINE_MODELS`, see docs/models.md) or, without one,
the two models of the settings. Web servers read it to refuse what no model can do; GPU workers
read it to know what to load and how.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

IMAGE = "image"
VIDEO = "video"
FIRST_FRAME = "first_frame"
LAST_FRAME = "last_frame"
PREFIX = "prefix"
# `video` is a clip from words alone; the last three are what else a clip may be given.
ABILITIES = (IMAGE, VIDEO, FIRST_FRAME, LAST_FRAME, PREFIX)

ROUTES = ("warp", "prompt", "lora")
DTYPES = ("auto", "float32", "bfloat16", "float16")
OFFLOADS = ("", "model", "group")
QUANTISED = ("", "float8")
STEP_CACHES = ("", "first_block", "pyramid", "taylor")
COMMIT = re.compile(r"[0-9a-f]{40}")


class RegistryError(ValueError):
    """The registry says something that cannot be; the message names the model and the field."""


@dataclass(frozen=True, slots=True)
class Memory:
    """How a model is fitted into memory, and what is traded for speed. All off by default.

    offload: `model` moves whole parts to the device and back, `group` layer by layer.
    quantised: `float8` keeps the denoiser's weights in 8 bits and computes in `dtype`. tiling:
    decodes in tiles. compile: compiles the denoiser's repeated blocks. step_cache: skips work that
    changes little between steps; it changes pixels, and not every family can.
    """

    offload: str = ""
    quantised: str = ""
    tiling: bool = False
    compile: bool = False
    step_cache: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """One model. What is None or 0 is not limited, not known or not asked.

    source: a folder, a repository id with `revision`, its 40-hex commit, or `remote`, the address
    of a server that speaks OpenAI's video API, where `remote_model` is its name there and
    `key_env` the environment variable with its key. serves: abilities. pixels_max: width times
    height. seconds_max: longest clip that may be asked for; seconds_native: longest clip of one
    call, longer ones continue themselves. pieces_max: of one job; batch_max: pictures of one call,
    0 for the worker's own. prefix_frames: last frames of a clip that it wants in order to go on
    from it. vram_mb: what it occupies when loaded. gpu_hour_minor: what an hour of its GPU costs
    the operator, in minor units of `currency`. camera: a route of ROUTES, "" for what the
    checkpoint's profile says; loras: adapter by axis and sign (`pan+`), as `file` or `file@0.8`.
    """

    id: str
    source: str = ""
    revision: str | None = None
    remote: str = ""
    remote_model: str = ""
    key_env: str = ""
    serves: tuple[str, ...] = ()
    dtype: str = "auto"
    pixels_max: int | None = None
    seconds_max: int = 10
    seconds_native: int | None = None
    pieces_max: int | None = None
    batch_max: int = 0
    prefix_frames: int = 0
    vram_mb: int = 0
    gpu_hour_minor: int = 0
    currency: str = ""
    licence: str = ""
    commercial: bool = True
    camera: str = ""
    loras: Mapping[str, str] = field(default_factory=dict)
    memory: Memory = Memory()

    def can(self, needs: Iterable[str]) -> bool:
        """Whether it can do work that needs these abilities: what `RenderSpec.needs` gives."""
        given = set(needs) - {VIDEO}
        return (given or {VIDEO}) <= set(self.serves)

    def refusal(self, needs: Iterable[str], *, pixels: int = 0, seconds: int = 0) -> str:
        """Why it cannot do this work, in English; "" when it can."""
        if not self.can(needs):
            lacks = sorted((set(needs) - {VIDEO} or {VIDEO}) - set(self.serves))
            return f"the model {self.id} cannot do: {', '.join(lacks)}"
        if self.pixels_max is not None and pixels > self.pixels_max:
            return f"the model {self.id} makes at most {self.pixels_max} pixels"
        if seconds > self.seconds_max:
            return f"the model {self.id} makes at most {self.seconds_max} seconds"
        return ""


@dataclass(frozen=True, slots=True)
class Registry:
    """The models in the operator's order: the first that can do some work is its default."""

    models: tuple[Model, ...]

    def get(self, model_id: str) -> Model | None:
        """The model of this id."""
        return next((model for model in self.models if model.id == model_id), None)

    def default_for(self, needs: Iterable[str]) -> Model | None:
        """The first model that can do this work; None when none can."""
        wanted = frozenset(needs)
        return next((model for model in self.models if model.can(wanted)), None)

    def choose(self, needs: Iterable[str], model_id: str | None = None) -> Model | None:
        """The model asked for when it can do this work, the default when none is asked for."""
        if model_id is None:
            return self.default_for(needs)
        model = self.get(model_id)
        return model if model is not None and model.can(needs) else None


def read(path: Path) -> Registry:
    """The registry in a TOML file. Raises RegistryError; relative folders begin at the file's."""
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RegistryError(f"{path} cannot be read: {error}") from error
    models = written.pop("model", [])
    if written or not isinstance(models, list) or not models:
        raise RegistryError(f"{path} must hold [[model]] tables and nothing else")
    return checked(Registry(tuple(_model(values, path.parent) for values in models)))


def checked(registry: Registry) -> Registry:
    """The registry as given. Raises RegistryError for what cannot be."""
    seen: set[str] = set()
    for model in registry.models:
        for fault in _faults(model):
            raise RegistryError(f"model {model.id!r}: {fault}")
        if model.id in seen:
            raise RegistryError(f"model {model.id!r} is there twice")
        seen.add(model.id)
    return registry


def to_json(registry: Registry) -> list[dict[str, Any]]:
    """The registry as plain values, for the inference child."""
    return [_plain(model) for model in registry.models]


def from_json(models: Iterable[Mapping[str, Any]]) -> Registry:
    """The registry that `to_json` wrote."""
    return Registry(tuple(_model(values, Path()) for values in models))


def _plain(model: Model) -> dict[str, Any]:
    values = {one.name: getattr(model, one.name) for one in fields(model)}
    memory = {one.name: getattr(model.memory, one.name) for one in fields(model.memory)}
    return {**values, "loras": dict(model.loras), "memory": memory}


def _model(values: Any, folder: Path) -> Model:
    """One table of the file. Raises RegistryError for a value of the wrong type."""
    if not isinstance(values, Mapping):
        raise RegistryError("a model must be a table")
    name = values.get("id")
    values = dict(values)
    memory = values.pop("memory", {})
    _check_types(f"model {name!r}", Model, values)
    _check_types(f"model {name!r}, memory", Memory, memory)
    source = values.get("source", "")
    if source and (folder / source).is_dir():
        values["source"] = str((folder / source).resolve())
    if not isinstance(name, str):
        raise RegistryError("every model needs an id")
    return Model(**{**values, "serves": tuple(values.get("serves", ()))}, memory=Memory(**memory))


_TYPES: Mapping[str, tuple[type, ...]] = {
    "str": (str,),
    "str | None": (str, type(None)),
    "int": (int,),
    "int | None": (int, type(None)),
    "bool": (bool,),
    "tuple[str, ...]": (list, tuple),
    "Mapping[str, str]": (dict,),
}


def _check_types(where: str, kind: type, values: Any) -> None:
    if not isinstance(values, Mapping):
        raise RegistryError(f"{where} must be a table")
    types = {one.name: str(one.type) for one in fields(kind)}
    for name, value in values.items():
        if name not in types:
            raise RegistryError(f"{where}: there is no field {name!r}")
        allowed = _TYPES[types[name]]
        if not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed):
            raise RegistryError(f"{where}: {name} must be {types[name]}, not {value!r}")


def _faults(model: Model) -> Iterable[str]:
    """What cannot be, in plain words."""
    memory = model.memory
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,63}", model.id):
        yield "its id must be of a-z, 0-9, dot, dash and underscore, 64 at most"
    if bool(model.source) == bool(model.remote):
        yield "it has either a source or a remote address"
    if model.source and not Path(model.source).is_absolute():
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", model.source):
            yield f"there is no folder {model.source!r}"
        elif model.revision is None or not COMMIT.fullmatch(model.revision):
            yield "a repository needs its revision: a commit of 40 hex digits"
    if model.remote and not re.match(r"https?://", model.remote):
        yield "its remote address must begin with https:// or http://"
    if not model.serves or set(model.serves) - set(ABILITIES):
        yield f"serves must name some of {', '.join(ABILITIES)}"
    if LAST_FRAME in model.serves and FIRST_FRAME not in model.serves:
        yield "last_frame needs first_frame"
    if (PREFIX in model.serves) != (model.prefix_frames > 0):
        yield "prefix_frames must be above 0 when it serves prefix, and only then"
    for name in ("pixels_max", "seconds_native", "pieces_max", "seconds_max"):
        if (value := getattr(model, name)) is not None and value < 1:
            yield f"{name} must be at least 1"
    for name in ("batch_max", "prefix_frames", "vram_mb", "gpu_hour_minor"):
        if getattr(model, name) < 0:
            yield f"{name} must not be below 0"
    if model.gpu_hour_minor and not re.fullmatch("[A-Z]{3}", model.currency):
        yield "gpu_hour_minor needs a currency of three capital letters"
    choices = (
        ("dtype", model.dtype, DTYPES),
        ("camera", model.camera, ("", *ROUTES)),
        ("memory.offload", memory.offload, OFFLOADS),
        ("memory.quantised", memory.quantised, QUANTISED),
        ("memory.step_cache", memory.step_cache, STEP_CACHES),
    )
    for name, value, allowed in choices:
        if value not in allowed:
            yield f"{name} must be one of {', '.join(map(repr, allowed))}, not {value!r}"
