"""Kling's calls: read, one use case, answered in their words."""

from __future__ import annotations

from functools import partial
from typing import cast

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import ApiKey, User
from billing.selectors.packs import packs
from generation.kling.answers import refusal_handler, refused, succeeded
from generation.kling.authentication import TokenAuthentication
from generation.kling.calls import TEXT2VIDEO, Call, read_call
from generation.kling.codes import NO_RESOURCE
from generation.kling.links import made_here
from generation.kling.packs import pack_data
from generation.kling.queries import page_of, span_of
from generation.kling.sources import Sources, fetched, named, to_fetch, whole_params
from generation.selectors.tasks import task_for, task_key, tasks_of
from generation.services.jobs import submit_job
from generation.services.kling_tasks import created_data, task_data

# Two pictures in base64 and all the words beside them.
PICTURES_BODY_MAX = 28_000_000


class KlingView(APIView):
    """What all calls share. They are documented by Kling, not by our OpenAPI description."""

    schema = None
    authentication_classes = [TokenAuthentication]
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]

    def get_exception_handler(self):  # type: ignore[no-untyped-def]
        return refusal_handler


class TasksView(KlingView):
    """Tasks of one call."""

    body_max_bytes = PICTURES_BODY_MAX
    call: Call = TEXT2VIDEO  # each address says its own

    def get(self, request: Request) -> Response:
        """A page of the account's tasks, newest first."""
        first, last = page_of(request.query_params)
        now = timezone.now()
        tasks = tasks_of(user=cast(User, request.user), kind=self.call.kind)[first:last]
        absolute = request.build_absolute_uri
        return succeeded([task_data(job, absolute=absolute, now=now) for job in tasks])

    def post(self, request: Request) -> Response:
        """Make a task; its price is held, and captured only when it is delivered."""
        user, now = cast(User, request.user), timezone.now()
        models = tuple(settings.KLING_MODEL_NAMES)
        wanted = read_call(self.call, request.data, models=models)
        sources = Sources(user, models, made_here(request, now=now))
        params = whole_params(self.call, wanted.params, sources)
        submitted = submit_job(
            user=user,
            kind=self.call.kind,
            params=named(params),
            fetched=partial(fetched, params, user_id=user.pk) if to_fetch(params) else None,
            idempotency_key=task_key(wanted.external_task_id),
            api_key=cast(ApiKey, request.auth),
            callback_url=wanted.callback_url,
            now=now,
        )
        return succeeded(created_data(submitted.job))


class TaskView(KlingView):
    """One task."""

    call: Call = TEXT2VIDEO  # each address says its own

    def get(self, request: Request, name: str) -> Response:
        """The task by its id or by the name its maker gave it."""
        job = task_for(user=cast(User, request.user), kind=self.call.kind, name=name)
        data = task_data(job, absolute=request.build_absolute_uri, now=timezone.now())
        return succeeded(data)


class CostsView(KlingView):
    """Lots of the wallet as packs."""

    def get(self, request: Request) -> Response:
        """The packs that could be spent at some time of a span; once a second."""
        user, now = cast(User, request.user), timezone.now()
        if not cache.add(f"kling-costs:{user.pk}", 1, timeout=1):
            raise exceptions.Throttled(wait=1)
        since, until = span_of(request.query_params)
        source = request.query_params.get("resource_pack_name") or None
        found = packs(user=user, since=since, until=until, source=source, now=now)
        infos = [pack_data(pack) for pack in found]
        data = {"code": 0, "msg": "SUCCEED", "resource_pack_subscribe_infos": infos}
        return succeeded(data)


class AbsentView(KlingView):
    """A call that is made there and not here, or none at all."""

    why = "There is nothing at this address."

    def _answer(self, request: Request, **kwargs: str) -> Response:
        return refused(NO_RESOURCE, self.why)

    get = post = put = patch = delete = _answer
