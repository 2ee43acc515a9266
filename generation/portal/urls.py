"""Addresses of the pages about creating."""

from __future__ import annotations

from django.urls import path

from generation.portal import safety, views

app_name = "generation"
urlpatterns = [
    path("", views.landing, name="landing"),
    path("create/", views.create, name="create"),
    path("create/price/", views.price, name="price"),
    path("jobs/<uuid:job_id>/", views.job, name="job"),
    path("jobs/<uuid:job_id>/card/", views.job_card, name="job_card"),
    path("jobs/<uuid:job_id>/events/", views.job_events, name="job_events"),
    path("jobs/<uuid:job_id>/cancel/", views.cancel, name="job_cancel"),
    path("jobs/<uuid:job_id>/delete/", views.delete, name="job_delete"),
    path("gallery/", views.gallery, name="gallery"),
    path("rules/", safety.standing, name="standing"),
    path("rules/<uuid:verdict_id>/", safety.verdict, name="verdict"),
]
