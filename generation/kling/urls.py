"""Kling's addresses, at the root and below /kling: some of its clients take no path prefix."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, re_path

from generation.kling.calls import ABSENT, CALLS
from generation.kling.views import AbsentView, CostsView, TasksView, TaskView

_ABSENT = "This call is not made here: see the coverage table of this server's documentation."

_calls: list[URLPattern | URLResolver] = [
    *(path(call.path, TasksView.as_view(call=call)) for call in CALLS),
    *(path(f"{call.path}/<path:name>", TaskView.as_view(call=call)) for call in CALLS),
    *(re_path(rf"^{address}(?:/.*)?$", AbsentView.as_view(why=_ABSENT)) for address in ABSENT),
    re_path(r"^.*$", AbsentView.as_view()),
]
_all: list[URLPattern | URLResolver] = [
    path("v1/", include(_calls)),
    path("account/costs", CostsView.as_view()),
]
urlpatterns: list[URLPattern | URLResolver] = [*_all, path("kling/", include(_all))]
