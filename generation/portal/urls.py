"""Addresses of the pages about creating."""

from __future__ import annotations

from django.urls import path

from generation.portal import caps, teams, views

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
    path("limits/", caps.limits, name="limits"),
    path("team/", teams.team, name="team"),
    path("team/found/", teams.found, name="team_found"),
    path("team/<uuid:team_id>/invite/", teams.invite, name="team_invite"),
    path("team/invitations/<uuid:invitation_id>/revoke/", teams.revoke, name="team_revoke"),
    path("team/seats/<uuid:seat_id>/", teams.seat, name="team_seat"),
    path("team/seats/<uuid:seat_id>/leave/", teams.leave, name="team_leave"),
    path("team/join/<str:token>/", teams.join, name="team_join"),
]
