"""Every call the pinned Stripe library can make: method, path, parameter type, answer type.

Read from the library's own source, so the contract is exactly that of the API version it pins.
The library keeps one module per service; each method there names its path as a literal and its
types as strings, which is all that is taken. The layout is private: the tests of the stand-in
assert a few known routes, so a new version that moves things is noticed at once.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import stripe

from tests.servers.stripe.contract.names import ModuleNames, evaluate, module_at

LIBRARY = Path(stripe.__file__).parent
PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Route:
    """One call of the API."""

    method: str
    path: str
    module: str
    params: str | None
    answer: str

    @functools.cached_property
    def pattern(self) -> re.Pattern[str]:
        """What the path of a request to this route looks like."""
        return re.compile(PLACEHOLDER.sub(r"(?P<\1>[^/]+)", self.path))

    @functools.cached_property
    def params_type(self) -> Any:
        """The TypedDict of the parameters, or None where there are none."""
        return evaluate(self.params, self._names) if self.params else None

    @functools.cached_property
    def answer_type(self) -> Any:
        """The library's class (or list of one) of the answer."""
        return evaluate(self.answer, self._names)

    @property
    def _names(self) -> ModuleNames:
        return ModuleNames(module_at(self.module))


@functools.cache
def routes() -> tuple[Route, ...]:
    """All of them, those with fewer placeholders first, so that fixed words win over ids."""
    found = {(route.method, route.path): route for route in _read_all()}
    return tuple(sorted(found.values(), key=lambda route: route.path.count("{")))


@functools.cache
def _by_length() -> dict[tuple[str, int], list[Route]]:
    """Routes by method and number of slashes, so that few have to be tried."""
    found: dict[tuple[str, int], list[Route]] = {}
    for route in routes():
        found.setdefault((route.method, route.path.count("/")), []).append(route)
    return found


def find(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The route of a request and the ids in its path; None where the API has no such call."""
    for route in _by_length().get((method, path.count("/")), ()):
        if match := route.pattern.fullmatch(path):
            return route, match.groupdict()
    return None


def _read_all() -> Iterator[Route]:
    for file in sorted(LIBRARY.rglob("_*_service.py")):
        module = ".".join(("stripe", *file.relative_to(LIBRARY).with_suffix("").parts))
        for service in ast.parse(file.read_text()).body:
            if not isinstance(service, ast.ClassDef):
                continue
            for method in service.body:  # the `async` twins of the methods name the same routes
                if isinstance(method, ast.FunctionDef):
                    yield from _read_function(method, module)


def _read_function(function: ast.FunctionDef, module: str) -> Iterator[Route]:
    for node in ast.walk(function):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr != "_request" or len(node.args) < 2:
            continue
        method, path = _text(node.args[0]), _text(node.args[1])
        if path.startswith("/v1/"):
            answer = ast.literal_eval(function.returns) if function.returns else ""
            yield Route(method.upper(), path, module, _params(function), str(answer))


def _text(node: ast.expr) -> str:
    """The literal itself, or the literal that `.format` is called on."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return _text(node.func.value)
    return str(node.value) if isinstance(node, ast.Constant) else ""


def _params(function: ast.FunctionDef) -> str | None:
    for argument in (*function.args.posonlyargs, *function.args.args):
        if argument.arg == "params" and argument.annotation is not None:
            return ast.unparse(argument.annotation)
    return None
