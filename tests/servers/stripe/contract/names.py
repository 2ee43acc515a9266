"""Turn the library's annotations into types, including names it imports for type checkers only."""

from __future__ import annotations

import ast
import functools
import importlib
import types
import typing
from collections.abc import Mapping
from typing import Any, Union

import typing_extensions


@functools.cache
def module_at(path: str) -> types.ModuleType:
    """The module of that dotted path."""
    return importlib.import_module(path)


@functools.cache
def _checking_only(module: str) -> Mapping[str, tuple[str, str]]:
    """Names a module imports under `if TYPE_CHECKING`, with where they come from."""
    file = module_at(module).__file__
    assert file is not None
    with open(file, encoding="utf-8") as source:
        tree = ast.parse(source.read())
    found = {}
    for block in tree.body:
        if not isinstance(block, ast.If):
            continue
        for node in block.body:
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    found[alias.asname or alias.name] = (node.module, alias.name)
    return found


class ModuleNames(dict[str, Any]):
    """The names of a module, those for type checkers only imported when first asked for."""

    def __init__(self, module: types.ModuleType) -> None:
        super().__init__(vars(typing) | vars(module))
        self.module = module.__name__

    def __missing__(self, name: str) -> Any:
        module, original = _checking_only(self.module)[name]
        value = self[name] = getattr(module_at(module), original)
        return value


@functools.cache
def names_of(module: str) -> ModuleNames:
    """The names that annotations in that module may use."""
    return ModuleNames(module_at(module))


def evaluate(text: str, names: Mapping[str, Any]) -> Any:
    """The type that an annotation in text form means."""
    return eval(text, {}, names)


@functools.cache
def alternatives(annotation: Any, module: str) -> tuple[Any, ...]:
    """What a value may be: unions, optionals and forward references unfolded, None kept."""
    if isinstance(annotation, str):
        return alternatives(evaluate(annotation, names_of(module)), module)
    if isinstance(annotation, typing.ForwardRef):
        return alternatives(annotation.__forward_arg__, module)
    origin = typing.get_origin(annotation)
    if origin in (typing.NotRequired, typing_extensions.NotRequired, typing.Required):
        return alternatives(typing.get_args(annotation)[0], module)
    if origin in (Union, types.UnionType):
        return tuple(
            option for part in typing.get_args(annotation) for option in alternatives(part, module)
        )
    return (annotation,)
