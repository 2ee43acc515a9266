"""Campaigns through REST: making one, importing counts, the report and its file."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from accounts.models import User
from billing.services import daily_points
from generation.models import Artifact, Campaign, PieceResult
from generation.results_file import BYTES_MAX
from generation.services.campaigns import FAULTS_MAX
from tests.api.conftest import Program, refused
from tests.jobs_by_hand import NOON, Submit, claimed, deliver

SPRING = {"name": "Spring", "target_minor": 47, "currency": "CNY"}
Pieces = list[Artifact]


@pytest.fixture
def spring(anna: User, anna_api: Program) -> str:
    """A campaign of Anna's, who has 66 free points."""
    daily_points.claim(user=anna, now=NOON)
    made = anna_api.post("/campaigns", SPRING)
    assert made.status_code == 201
    return str(made.json()["id"])


@pytest.fixture
def pieces(anna: User, spring: str, submit: Submit) -> Pieces:
    """Four pieces of it, of five that were asked for."""
    submit(anna, "creative", params={"prompt": "tea", "n": 5, "campaign": spring, "seed": 10})
    job = deliver(claimed(), pieces=range(4), missing="INTERNAL.OOM")
    return list(job.artifacts.order_by("index"))


def send(program: Program, campaign: str, text: str | bytes) -> Any:
    data = text if isinstance(text, bytes) else text.encode()
    return program._client.post(
        f"/api/v1/campaigns/{campaign}/results", data, content_type="text/csv"
    )


def rows(*lines: str) -> str:
    return "\n".join(["artifact,impressions,clicks,source,day", *lines])


def test_a_campaign_is_made_once(anna_api: Program, spring: str) -> None:
    again = anna_api.post("/campaigns", {**SPRING, "name": "  Spring "})
    assert (again.status_code, again.json()["id"]) == (200, spring)
    assert again.json()["target_minor"] == 47
    body = refused(
        anna_api.post("/campaigns", {**SPRING, "target_minor": 50}), 409, "campaign_exists"
    )
    assert "name" in body["fields"]
    assert [one["name"] for one in anna_api.get("/campaigns").json()["results"]] == ["Spring"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"target_minor": 0}, "target_minor"),
        ({"target_minor": 0.47}, "target_minor"),
        ({"target_minor": 10**12}, "target_minor"),
        ({"currency": "YUAN"}, "currency"),
        ({"currency": "1¥x"}, "currency"),
        ({"owner": "me"}, "owner"),
    ],
)
def test_a_campaign_that_makes_no_sense(
    anna_api: Program, change: dict[str, object], field: str
) -> None:
    body = refused(anna_api.post("/campaigns", {**SPRING, **change}), 400, "invalid_request")
    assert list(body["fields"]) == [field]
    assert not Campaign.objects.exists()


def test_anothers_campaign_is_nowhere(bert_api: Program, spring: str, pieces: Pieces) -> None:
    refused(bert_api.get(f"/campaigns/{spring}"), 404, "not_found")
    refused(bert_api.get(f"/campaigns/{spring}/report.csv"), 404, "not_found")
    refused(send(bert_api, spring, rows(f"{pieces[0].id},9,1,,")), 404, "not_found")
    assert bert_api.get("/campaigns").json()["results"] == []
    assert not PieceResult.objects.exists()


def test_the_report_before_anybody_saw_a_piece(
    anna_api: Program, spring: str, pieces: Pieces
) -> None:
    report = anna_api.get(f"/campaigns/{spring}").json()
    assert (report["pieces_asked"], report["pieces_delivered"]) == (5, 4)
    assert (report["charged_points"], report["cost_points_per_piece"]) == ("18.80", "4.70")
    # The day's points were given for nothing, and so they are worth nothing.
    assert (report["free_points"], report["cost_minor_per_piece"]) == ("18.80", "0.0000")
    assert (report["ctr_percent"], report["cost_minor_per_click"]) == (None, None)
    assert [piece["seed"] for piece in report["pieces"]] == [10, 11, 12, 13]
    assert {piece["cost_points"] for piece in report["pieces"]} == {"4.70"}


def test_pieces_are_told_by_their_clicks(anna_api: Program, spring: str, pieces: Pieces) -> None:
    a, b, c, d = (piece.id for piece in pieces)
    text = rows(
        f"{a},1000,5,feed,2026-11-20",
        f"{a},1000,9,feed,2026-11-21",
        f"{a},100,0,story,",
        f"{b},3000,60,,",
        f"{c},0,0,,",
    )
    answer = send(anna_api, spring, text)
    assert answer.status_code == 200
    assert answer.json() == {"rows": 5, "new": 5, "changed": 0, "unchanged": 0}
    report = anna_api.get(f"/campaigns/{spring}").json()
    assert [
        (piece["artifact"], piece["impressions"], piece["clicks"], piece["ctr_percent"])
        for piece in report["pieces"]
    ] == [
        (str(b), 3000, 60, "2.00"),
        (str(a), 2100, 14, "0.67"),
        (str(c), 0, 0, None),
        (str(d), 0, 0, None),
    ]
    assert report["pieces"][1]["sources"] == ["feed", "story"]
    assert (report["impressions"], report["clicks"], report["ctr_percent"]) == (5100, 74, "1.45")


def test_the_same_file_again_changes_nothing_and_newer_counts_replace(
    anna_api: Program, spring: str, pieces: Pieces
) -> None:
    a, b = pieces[0].id, pieces[1].id
    text = rows(f"{a},1000,5,feed,2026-11-20", f"{b},7,1,,")
    send(anna_api, spring, text)
    assert send(anna_api, spring, text).json() == {
        "rows": 2,
        "new": 0,
        "changed": 0,
        "unchanged": 2,
    }
    newer = rows(f"{a},1200,8,feed,2026-11-20", f"{a},10,1,feed,2026-11-21", f"{b},7,1,,")
    assert send(anna_api, spring, newer).json() == {
        "rows": 3,
        "new": 1,
        "changed": 1,
        "unchanged": 1,
    }
    report = anna_api.get(f"/campaigns/{spring}").json()
    assert (report["impressions"], report["clicks"]) == (1217, 10)


def test_one_wrong_line_and_nothing_is_written(
    anna_api: Program, bert: User, spring: str, pieces: Pieces, submit: Submit
) -> None:
    daily_points.claim(user=bert, now=NOON)
    submit(bert, "creative", params={"prompt": "x"})
    berts = deliver(claimed()).artifacts.get()
    ghost = "6b1f7b1e-8a3e-5b44-9d2a-0c5a5d1f4a66"
    text = rows(
        f"{pieces[0].id},1000,5,,", f"{ghost},1,1,,", f"{pieces[1].id},5,5,,", f"{berts.id},9,1,,"
    )
    body = refused(send(anna_api, spring, text), 400, "invalid_request")
    assert body["fields"] == {
        "line 3": "is not a piece of this campaign",
        "line 5": "is not a piece of this campaign",
    }
    assert not PieceResult.objects.exists()


def test_a_day_and_a_total_of_one_source_are_not_counted_twice(
    anna_api: Program, spring: str, pieces: Pieces
) -> None:
    piece = pieces[0].id
    both = send(anna_api, spring, rows(f"{piece},9,1,feed,", f"{piece},9,1,feed,2026-11-20"))
    assert list(refused(both, 400, "invalid_request")["fields"]) == ["line 2", "line 3"]
    send(anna_api, spring, rows(f"{piece},9,1,feed,2026-11-20"))
    later = send(anna_api, spring, rows(f"{piece},9,1,story,", f"{piece},9,1,feed,"))
    assert list(refused(later, 400, "invalid_request")["fields"]) == ["line 3"]
    assert PieceResult.objects.count() == 1


def test_a_body_that_is_no_csv(anna_api: Program, spring: str) -> None:
    json_body = anna_api.post(f"/campaigns/{spring}/results", {"rows": []})
    refused(json_body, 415, "unsupported_media_type")
    refused(send(anna_api, spring, b"\xff\xfe\x00"), 400, "invalid_request")
    refused(send(anna_api, spring, b"x" * (BYTES_MAX + 9)), 400, "invalid_request")
    refused(send(anna_api, spring, ""), 400, "invalid_request")


def test_the_file_is_safe_to_open_in_a_spreadsheet(
    anna: User, anna_api: Program, spring: str, pieces: Pieces
) -> None:
    Campaign.objects.filter(id=spring).update(name="=HYPERLINK(evil)")
    send(anna_api, spring, rows(f"{pieces[2].id},1000,25,@cmd,", f"{pieces[2].id},0,0,+1,"))
    answer = anna_api.get(f"/campaigns/{spring}/report.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    found = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(found) == 4
    best = found[0]
    assert (best["artifact"], best["ctr_percent"]) == (str(pieces[2].id), "2.50")
    assert (best["campaign"], best["sources"]) == ("'=HYPERLINK(evil)", "'+1; @cmd")
    assert (best["cost_points"], best["cost_minor"], best["target_minor"]) == (
        "4.70",
        "0.0000",
        "47",
    )
    for line in found:
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in line.values())


@pytest.mark.usefixtures("catalogue")
def test_a_failed_job_has_no_piece_and_no_cost(
    anna: User, anna_api: Program, spring: str, submit: Submit
) -> None:
    job = submit(anna, "creative", params={"prompt": "x", "campaign": spring})
    anna_api.post(f"/jobs/{job.id}/cancel")
    report = anna_api.get(f"/campaigns/{spring}").json()
    assert (report["pieces_delivered"], report["charged_points"]) == (0, "0.00")
    assert report["cost_points_per_piece"] is None
    assert report["on_target"] is None


def test_a_long_list_of_faults_is_cut(anna_api: Program, spring: str) -> None:
    text = "artifact,impressions,clicks\n" + "x,1,1\n" * 400
    body = refused(send(anna_api, spring, text), 400, "invalid_request")
    assert len(body["fields"]) == FAULTS_MAX
    assert "400 lines are wrong" in body["detail"]
