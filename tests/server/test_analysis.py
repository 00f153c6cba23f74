"""The analysis and the advice over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.conftest import is_problem

if TYPE_CHECKING:
    from server.conftest import Shop

URL = "/api/projects/birds/analysis"


def test_counts_are_there_before_any_analysis(shop: Shop) -> None:
    shop.label({"image_id": shop.images[0], "class_id": shop.cat})
    shown = shop.get(URL)
    assert (shown["state"], shown["images"], shown["new"]) == ("missing", 6, 6)
    assert shown["classes"][0]["total"] == 1
    assert shown["shapes"]["width"] is None


def test_an_analysis_is_a_job_whose_findings_are_filters(shop: Shop) -> None:
    job = shop.post(URL, {"near": False}, status=202)
    assert (job["kind"], job["project"]) == ("analyse", "birds")
    assert shop.bench.jobs.wait(job["id"]).state == "done"
    shown = shop.get(URL)
    assert (shown["state"], shown["looked_at"], shown["job"]) == ("ready", 6, None)
    assert shown["shapes"]["points"] == [[60, 40, 6]]
    finding = next(one for one in shown["findings"] if one["kind"] == "unlabelled")
    view = shop.post(
        "/api/projects/birds/views",
        {"queue": finding["queue"], "filter": finding["filter"]},
        status=201,
    )
    assert view["size"] == finding["count"] == 6
    body = {"filter": {"finding": "dark"}}
    assert shop.post("/api/projects/birds/views", body, status=201)["size"] == 0


def test_wrong_questions_are_problems(shop: Shop) -> None:
    answer = shop.client.post("/api/projects/birds/views", json={"filter": {"finding": "dark"}})
    assert answer.status_code == 409
    assert is_problem(answer)
    assert shop.client.post(URL, json={"fast": True}).status_code == 422
    assert shop.client.get("/api/projects/nobody/analysis").status_code == 404
    assert shop.client.get("/api/projects/nobody/advice").status_code == 404


def test_advice_names_a_preset_with_reasons(shop: Shop) -> None:
    told = shop.get("/api/projects/birds/advice")
    assert told["tier"] == "tiny"
    assert told["reasons"]
    assert told["unknown"]
