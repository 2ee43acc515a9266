"""Addresses of the pages about creating."""

from __future__ import annotations

from django.urls import path

from generation.portal import keys, views

app_name = "generation"
urlpatterns = [
    path("", views.landing, name="landing"),
    path("create/", views.create, name="create"),
    path("create/price/", views.price, name="price"),
    path("jobs/<uuid:job_id>/", views.job, name="job"),
    path("jobs/<uuid:job_id>/card/", views.job_card, name="job_card"),
    path("jobs/<uuid:job_id>/events/", views.job_events, name="job_events"),
    path("jobs/<uuid:job_id>/cancel/", views.cancel, name="job_cancel"),
    path("gallery/", views.gallery, name="gallery"),
    path("keys/", keys.keys, name="keys"),
    path("keys/<uuid:key_id>/", keys.key, name="key"),
    path("keys/<uuid:key_id>/rotate/", keys.rotate, name="key_rotate"),
    path("keys/<uuid:key_id>/revoke/", keys.revoke, name="key_revoke"),
]
