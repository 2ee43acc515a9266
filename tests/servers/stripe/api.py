"""One call of the API: who asks, which key, which fault, which function, which shape."""

from __future__ import annotations

from dataclasses import dataclass, field

import stripe

from tests.servers.stripe.contract import answers as contract
from tests.servers.stripe.contract.requests import typed_params
from tests.servers.stripe.contract.routes import Route, find
from tests.servers.stripe.errors import ApiError, absent, invalid_request, not_built
from tests.servers.stripe.expansion import expand
from tests.servers.stripe.handlers import RESOURCES
from tests.servers.stripe.idempotency import fingerprint, keep, recall
from tests.servers.stripe.routing import HANDLERS
from tests.servers.stripe.world import Obj, World, public

TEST_KEYS = ("sk_test_", "rk_test_")
# A request that could not be understood has done nothing and may be sent again corrected.
NOT_KEPT = (400, 404, 501)
assert RESOURCES  # importing the resources is what fills HANDLERS


@dataclass(frozen=True)
class Request:
    """What came in, its form already nested."""

    method: str
    path: str
    form: Obj
    api_key: str
    version: str
    idempotency_key: str | None = None


@dataclass
class Answer:
    """What goes out."""

    status: int
    body: Obj
    headers: dict[str, str] = field(default_factory=dict)


def call(world: World, request: Request) -> Answer:
    """Do what a request asks. Never raises for what a client did wrong."""
    request_id = world.new_id("req", 14)
    headers = {"Request-Id": request_id}
    with world.lock:
        try:
            _authorise(request)
            key = request.idempotency_key if request.method == "POST" else None
            print_ = fingerprint(request.method, request.path, request.form)
            if key and (kept := recall(world, key, print_)):
                return Answer(
                    kept["status"], kept["body"], {**headers, "Idempotent-Replayed": "true"}
                )
            route, handler_ids, params = _resolve(request)
        except ApiError as error:
            return Answer(error.status, error.body(), headers)
        world.request = {"id": request_id, "idempotency_key": key}
        try:
            answer = _work(world, route, handler_ids, params)
        except ApiError as error:
            answer = Answer(error.status, public(error.body()))
        finally:
            world.request = {"id": None, "idempotency_key": None}
        answer.headers.update(headers)
        if key and answer.status not in NOT_KEPT:
            answer.headers["Idempotency-Key"] = key
            keep(world, key, print_, answer.status, answer.body)
        return answer


def keep_failure(world: World, request: Request, answer: Answer) -> None:
    """Keep a failure that the server itself made: Stripe replays its 500s too."""
    if request.idempotency_key:
        print_ = fingerprint(request.method, request.path, request.form)
        with world.lock:
            keep(world, request.idempotency_key, print_, answer.status, answer.body)


def _authorise(request: Request) -> None:
    if request.api_key.startswith(TEST_KEYS):
        return
    message = (
        f"Invalid API Key provided: {request.api_key[:8]}***"
        if request.api_key
        else "You did not provide an API key."
    )
    raise invalid_request(message, status=401)


def _resolve(request: Request) -> tuple[Route, list[str], Obj]:
    if request.version not in ("", stripe.api_version):
        raise invalid_request(
            f"The stand-in speaks {stripe.api_version} only, not {request.version}."
        )
    found = find(request.method, request.path)
    if found is None:
        raise invalid_request(
            f"Unrecognized request URL ({request.method}: {request.path}).", status=404
        )
    route, ids = found
    if (route.method, route.path) not in HANDLERS:
        raise not_built(route.method, route.path)
    return route, list(ids.values()), typed_params(route, request.form)


def _work(world: World, route: Route, ids: list[str], params: Obj) -> Answer:
    expanded = params.pop("expand", [])
    handler = HANDLERS[route.method, route.path]
    for name in params.keys() - handler.takes:
        raise absent(name)
    body = public(handler.function(world, params, *ids))
    body = expand(world, body, expanded)
    faults = contract.violations(route.answer_type, route.module, body)
    world.note_violations([f"{route.method} {route.path}: {fault}" for fault in faults])
    return Answer(200, body)
