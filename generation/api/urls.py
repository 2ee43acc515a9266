"""REST addresses of generation, below /api/v1/."""

from __future__ import annotations

from django.urls import path

from generation.api import caps, views

urlpatterns = [
    path("quotes", views.QuotesView.as_view(), name="api-quotes"),
    path("caps", caps.CapsView.as_view(), name="api-caps"),
    path("jobs", views.JobsView.as_view(), name="api-jobs"),
    path("jobs/<uuid:job_id>", views.JobView.as_view(), name="api-job"),
    path("jobs/<uuid:job_id>/events", views.JobEventsView.as_view(), name="api-job-events"),
    path("jobs/<uuid:job_id>/cancel", views.CancelView.as_view(), name="api-job-cancel"),
]
