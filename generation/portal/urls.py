"""Addresses of the pages about creating."""

from __future__ import annotations

from django.urls import path

from generation.portal import (
    caps,
    create,
    creatives,
    demonstration,
    effects,
    keys,
    labelling,
    safety,
    teams,
    verify,
    views,
)

app_name = "generation"
urlpatterns = [
    path("", views.landing, name="landing"),
    path("create/", create.create, name="create"),
    path("create/options/", create.options, name="options"),
    path("create/price/", create.price, name="price"),
    path("create/notice/", demonstration.notice, name="notice"),
    path("create/pictures/<slug:slot>/", create.send_picture, name="send_picture"),
    path("pictures/<uuid:upload_id>/", create.picture, name="picture"),
    path("models/demonstration/", demonstration.card, name="demonstration"),
    path("jobs/<uuid:job_id>/", views.job, name="job"),
    path("jobs/<uuid:job_id>/card/", views.job_card, name="job_card"),
    path("jobs/<uuid:job_id>/events/", views.job_events, name="job_events"),
    path("jobs/<uuid:job_id>/cancel/", views.cancel, name="job_cancel"),
    path("agreements/labelling/", labelling.labelling, name="labelling"),
    path("verify/", verify.verify, name="verify"),
    path("jobs/<uuid:job_id>/delete/", views.delete, name="job_delete"),
    path("effects/", effects.effects, name="effects"),
    path("effects/<slug:code>/", effects.effect, name="effect"),
    path("effects/<slug:code>/price/", effects.effect_price, name="effect_price"),
    path("creatives/", creatives.creatives, name="creatives"),
    path("creatives/price/", creatives.creative_price, name="creative_price"),
    path("campaigns/", creatives.new_campaign, name="new_campaign"),
    path("campaigns/<uuid:campaign_id>/", creatives.campaign, name="campaign"),
    path(
        "campaigns/<uuid:campaign_id>/results/",
        creatives.campaign_results,
        name="campaign_results",
    ),
    path("campaigns/<uuid:campaign_id>/report.csv", creatives.campaign_file, name="campaign_file"),
    path("gallery/", views.gallery, name="gallery"),
    path("rules/", safety.standing, name="standing"),
    path("rules/<uuid:verdict_id>/", safety.verdict, name="verdict"),
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
