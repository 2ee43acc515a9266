"""Addresses of the pages about creating."""

from __future__ import annotations

from django.urls import path

from generation.portal import caps, create, keys, labelling, teams, verify, views

app_name = "generation"
urlpatterns = [
    path("", views.landing, name="landing"),
    path("create/", create.create, name="create"),
    path("create/options/", create.options, name="options"),
    path("create/price/", create.price, name="price"),
    path("create/pictures/<slug:slot>/", create.send_picture, name="send_picture"),
    path("pictures/<uuid:upload_id>/", create.picture, name="picture"),
    path("jobs/<uuid:job_id>/", views.job, name="job"),
    path("jobs/<uuid:job_id>/card/", views.job_card, name="job_card"),
    path("jobs/<uuid:job_id>/events/", views.job_events, name="job_events"),
    path("jobs/<uuid:job_id>/cancel/", views.cancel, name="job_cancel"),
    path("agreements/labelling/", labelling.labelling, name="labelling"),
    path("verify/", verify.verify, name="verify"),
    path("gallery/", views.gallery, name="gallery"),
    path("keys/", keys.keys, name="keys"),
    path("keys/<uuid:key_id>/", keys.key, name="key"),
    path("keys/<uuid:key_id>/rotate/", keys.rotate, name="key_rotate"),
    path("keys/<uuid:key_id>/revoke/", keys.revoke, name="key_revoke"),
    path("limits/", caps.limits, name="limits"),
    path("team/", teams.team, name="team"),
    path("team/found/", teams.found, name="team_found"),
    path("team/<uuid:team_id>/invite/", teams.invite, name="team_invite"),
    path("team/invitations/<uuid:invitation_id>/revoke/", teams.revoke, name="team_revoke"),
    path("team/seats/<uuid:seat_id>/", teams.seat, name="team_seat"),
    path("team/seats/<uuid:seat_id>/leave/", teams.leave, name="team_leave"),
    path("team/join/<str:token>/", teams.join, name="team_join"),
]
