"""Reads a kind and its parameters from the wire and says which field is at fault. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from accounts.errors import InvalidRequest
from generation.kinds.table import KINDS
from generation.types import BadParam, GenerationRequest, KindSpec


def read_request(kind: object, params: object, *, whole: bool = True) -> GenerationRequest:
    """The request in `kind` and `params`. Raises InvalidRequest with every field at fault.

    Of a request that is not `whole` yet, a form that is being filled in, nothing is required.
    """
    faults: dict[str, str] = {}
    spec = KINDS.get(kind) if isinstance(kind, str) else None
    if spec is None:
        faults["kind"] = f"must be one of: {', '.join(KINDS)}"
    if not isinstance(params, Mapping):
        faults["params"] = "must be an object"
    if spec is None or not isinstance(params, Mapping):
        raise _not_understood(faults)
    values = _read(spec, params, faults)
    if whole:
        missing = spec.required - values.keys()
        faults.update({name: "is required" for name in sorted(missing) if name not in faults})
    if not faults:
        faults.update(spec.faults(values))
    if faults:
        raise _not_understood({f"params.{name}": fault for name, fault in faults.items()})
    return GenerationRequest(spec, values)


def _read(
    spec: KindSpec, params: Mapping[object, object], faults: dict[str, str]
) -> dict[str, object]:
    """What was said, in the order the kind has it; what says nothing is left out."""
    for name in params:
        if name not in spec.params:
            faults[str(name)] = "is not a parameter of this kind"
    values: dict[str, object] = {}
    for name, param in spec.params.items():
        value = params.get(name)
        if value is None:
            continue
        try:
            read = param.read(value)
        except BadParam as bad:
            faults[name] = str(bad)
            continue
        if read is not None:
            values[name] = read
    return values


def _not_understood(faults: Mapping[str, str]) -> InvalidRequest:
    named = "; ".join(f"{name} {fault}" for name, fault in faults.items())
    return InvalidRequest(f"The request was not understood: {named}.", fields=dict(faults))
