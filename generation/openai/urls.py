"""OpenAI's addresses, below /openai/v1."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path

from generation.openai.images import ImagesView
from generation.openai.models import AbsentView, ModelsView, ModelView
from generation.openai.moderations import ModerationsView
from generation.openai.videos import ContentView, ExtensionsView, RemixView, VideosView, VideoView

_no_edits = AbsentView.as_view(
    field="image", why="cannot be given: pictures are made from words alone here"
)
_no_video_edits = AbsentView.as_view(
    field="video", why="cannot be edited here: remix it, or extend it"
)
urlpatterns: list[URLPattern | URLResolver] = [
    path("models", ModelsView.as_view()),
    path("models/<path:name>", ModelView.as_view()),
    path("images/generations", ImagesView.as_view()),
    path("images/edits", _no_edits),
    path("images/variations", _no_edits),
    path("videos", VideosView.as_view()),
    path("videos/extensions", ExtensionsView.as_view()),
    path("videos/edits", _no_video_edits),
    path("videos/<str:video_id>", VideoView.as_view()),
    path("videos/<str:video_id>/content", ContentView.as_view()),
    path("videos/<str:video_id>/remix", RemixView.as_view()),
    path("moderations", ModerationsView.as_view()),
    re_path(r"^.*$", AbsentView.as_view()),
]
