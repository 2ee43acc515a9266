"""REST addresses of generation, below /api/v1/."""

from __future__ import annotations

from django.urls import path

from generation.api import (
    campaigns,
    caps,
    effects,
    keys,
    safety,
    spending,
    teams,
    uploads,
    views,
)
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
    path("jobs/<uuid:job_id>/artifacts", views.ResultsView.as_view(), name="api-job-artifacts"),
    path("artifacts/<uuid:artifact_id>", views.ArtifactView.as_view(), name="api-artifact"),
    path("moderation/standing", safety.StandingView.as_view(), name="api-standing"),
    path("moderation/verdicts", safety.VerdictsView.as_view(), name="api-verdicts"),
    path("moderation/verdicts/<uuid:verdict_id>", safety.VerdictView.as_view(), name="api-verdict"),
    path(
        "moderation/verdicts/<uuid:verdict_id>/appeal",
        safety.AppealView.as_view(),
        name="api-appeal",
    ),
    path("templates", effects.TemplatesView.as_view(), name="api-templates"),
    path("campaigns", campaigns.CampaignsView.as_view(), name="api-campaigns"),
    path("campaigns/<uuid:campaign_id>", campaigns.CampaignView.as_view(), name="api-campaign"),
    path(
        "campaigns/<uuid:campaign_id>/report.csv",
        campaigns.ReportFileView.as_view(),
        name="api-campaign-file",
    ),
    path(
        "campaigns/<uuid:campaign_id>/results",
        campaigns.ResultsView.as_view(),
        name="api-campaign-results",
    ),
    path("spending", spending.SpendingView.as_view(), name="api-spending"),
    path("spending.csv", spending.SpendingFileView.as_view(), name="api-spending-file"),
    path("teams", teams.TeamsView.as_view(), name="api-teams"),
    path("teams/<uuid:team_id>", teams.TeamView.as_view(), name="api-team"),
    path("teams/<uuid:team_id>/seats", teams.SeatsView.as_view(), name="api-seats"),
    path("seats/<uuid:seat_id>", teams.SeatView.as_view(), name="api-seat"),
    path(
        "teams/<uuid:team_id>/invitations",
        teams.InvitationsView.as_view(),
        name="api-team-invitations",
    ),
    path(
        "team-invitations/<uuid:invitation_id>",
        teams.InvitationView.as_view(),
        name="api-team-invitation",
    ),
    path(
        "teams/<uuid:team_id>/spending",
        spending.TeamSpendingView.as_view(),
        name="api-team-spending",
    ),
    path(
        "teams/<uuid:team_id>/spending.csv",
        spending.TeamSpendingFileView.as_view(),
        name="api-team-spending-file",
    ),
]
