"""REST addresses of generation, below /api/v1/."""

from __future__ import annotations

from django.urls import path

from generation.api import caps, keys, uploads, views
from generation.api.agreements import LabellingView
from generation.api.verify import VerifyView

urlpatterns = [
    path("quotes", views.QuotesView.as_view(), name="api-quotes"),
    path("caps", caps.CapsView.as_view(), name="api-caps"),
    path("uploads", uploads.UploadsView.as_view(), name="api-uploads"),
    path("uploads/<uuid:upload_id>", uploads.UploadView.as_view(), name="api-upload"),
    path("jobs", views.JobsView.as_view(), name="api-jobs"),
    path("jobs/<uuid:job_id>", views.JobView.as_view(), name="api-job"),
    path("jobs/<uuid:job_id>/events", views.JobEventsView.as_view(), name="api-job-events"),
    path("jobs/<uuid:job_id>/cancel", views.CancelView.as_view(), name="api-job-cancel"),
    path("keys", keys.KeysView.as_view(), name="api-keys"),
    path("keys/<uuid:key_id>", keys.KeyView.as_view(), name="api-key"),
    path("keys/<uuid:key_id>/rotate", keys.RotateView.as_view(), name="api-key-rotate"),
    path("keys/<uuid:key_id>/revoke", keys.RevokeView.as_view(), name="api-key-revoke"),
    path("agreements/labelling", LabellingView.as_view(), name="api-labelling"),
    path("verify", VerifyView.as_view(), name="api-verify"),
]
