"""The doors for other programs keep to what their description says, whatever is asked."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from portal import clock, jobs
from portal.articles import index
from portal.database import db
from portal.directory.models import Commune
from portal.jobs import Job
from tests import make
from tests.portal.referrals.cast import rule


@pytest.fixture(autouse=True)
def town(app: Flask) -> None:
    make.organization()
    make.article(
        body="La carte d’identité se refait en mairie.",
        slug="identite",
        source_ref="F1342",
        topic=make.topic(),
    )
    make.article(
        "Aides au logement",
        slug="apl",
        contacts=[{"kind": "caf"}, {"title": "ADIL", "url": "https://a.example"}],
    )
    db.session.add(Commune(code="96042", name="Valbrune", name_key="valbrune", postcodes=["96100"]))
    rule(words=["allocation"])
    db.session.commit()
    index.rebuild(app.extensions["settings"].index_dir)
    app.extensions["searcher"].refresh()


def test_a_search_gives_the_hits_and_whose_matter_it_is(app: Flask, client: Any) -> None:
    found = client.get("/api/v1/search?q=refaire+carte+identité&limit=3&lang=fr").json
    assert found["query"] == "refaire carte identité" and found["did_you_mean"] is None
    first = found["hits"][0]
    assert (first["source_ref"], first["kind"], first["title"]) == (
        "F1342",
        "question",
        "Refaire une carte d’identité",
    )
    assert first["url"] == app.extensions["settings"].public_base_url + "/fr/articles/identite"
    assert first["score"] > 0 and "carte" in first["snippet"] and first["id"].startswith("article/")
    assert len(client.get("/api/v1/search?q=carte+logement&limit=1").json["hits"]) == 1
    assert client.get("/api/v1/search").json == {
        "query": "",
        "emergency": [],
        "did_you_mean": None,
        "hits": [],
        "referrals": [],
    }


def test_a_referral_names_its_service_its_rule_and_its_reason(client: Any) -> None:
    found = client.get("/api/v1/referrals?q=mon+allocation&commune=Valbrune&lang=en").json
    assert found["commune"] == "96042"
    service = found["referrals"][0]["service"]
    assert (service["name"], service["kind"], type(service["id"])) == ("CAF", "caf", int)
    assert found["referrals"][0]["rule"] and found["referrals"][0]["reason"] == "caf deals with it."
    silent = client.get("/api/v1/search?q=aides+logement").json["referrals"]
    assert [(one["service"]["kind"], one["rule"]) for one in silent] == [("caf", ""), ("", "")]
    assert silent[1]["service"] == {"id": None, "name": "ADIL", "kind": ""}
    assert client.get("/api/v1/referrals?q=x&commune=75056").json["commune"] == "75056"
    assert client.get("/api/v1/referrals?q=x&commune=nulle+part").json["commune"] == ""


def test_what_is_not_understood_is_said_as_json(client: Any) -> None:
    for path in ("search?q=a&lang=xx", "search?q=a&limit=beaucoup", "referrals?lang=<b>", "nothing"):
        answer = client.get(f"/api/v1/{path}")
        assert answer.status_code in (400, 404) and list(answer.json) == ["error"], path
    assert client.post("/api/v1/search").status_code in (400, 405)


def test_the_description_is_that_of_the_doors(app: Flask, client: Any) -> None:
    described = client.get("/api/v1/openapi.json").json
    ours = ("api.", "partner_api.", "hsds.")
    rules = [one for one in app.url_map.iter_rules() if one.endpoint.startswith(ours)]
    assert set(described["paths"]) == {re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"{\1}", str(one)) for one in rules}


def shape(value: Any, schema: dict[str, Any], described: dict[str, Any]) -> None:
    """Holds a value to its schema, as far as our description goes."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return shape(value, described["components"]["schemas"][name], described)
    kinds = {
        "string": str,
        "integer": int,
        "number": (int, float),
        "object": dict,
        "array": list,
        "boolean": bool,
    }
    wanted = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    assert any(value is None if one == "null" else isinstance(value, kinds[one]) for one in wanted), (
        value,
        schema,
    )
    if isinstance(value, dict) and "properties" in schema:
        assert set(schema["required"]) == set(value) == set(schema["properties"])
        for name, inner in schema["properties"].items():
            shape(value[name], inner, described)
    for one in value if isinstance(value, list) else []:
        shape(one, schema["items"], described)
    return None


@settings(max_examples=40, deadline=None)
@given(
    q=st.text(max_size=80), commune=st.text(max_size=8), limit=st.one_of(st.integers(), st.text(max_size=4))
)
def test_whatever_is_asked_the_answer_is_as_described(
    client: Any, q: str, commune: str, limit: int | str
) -> None:
    described = client.get("/api/v1/openapi.json").json
    for path, more in (("/api/v1/search", {"limit": limit}), ("/api/v1/referrals", {"commune": commune})):
        answer = client.get(path, query_string={"q": q.encode("utf-8", "surrogatepass"), **more})
        responses = described["paths"][path]["get"]["responses"]
        assert str(answer.status_code) in responses
        if answer.status_code == 200:
            shape(answer.json, responses["200"]["content"]["application/json"]["schema"], described)


def test_ready_means_that_people_may_be_sent_here(app: Flask, client: Any) -> None:
    assert client.get("/healthz").json == {"status": "ok"}
    ready = client.get("/readyz").json
    shape(ready, {"$ref": "Ready"}, client.get("/api/v1/openapi.json").json)
    assert ready["status"] == "ready"
    jobs.enqueue("index", {}, not_before=clock.now() - timedelta(minutes=10))
    late = client.get("/readyz")
    assert late.status_code == 200 and late.json["jobs"]["late"] and late.json["jobs"]["oldest_due_s"] >= 600
    db.session.execute(db.delete(Job))
    (app.extensions["settings"].index_dir / "CURRENT").unlink()
    without = client.get("/readyz")
    assert without.status_code == 503 and without.json["index"] == "missing"
