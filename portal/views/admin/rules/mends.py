"""What would mend a rule, in words, and the draft in which it is already written.

Where a rule fails for one commune or topic among those it names, the draft opens without it. Where it names none, a
rule apart for that one opens, looked at just before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for

from portal.articles.models import Topic
from portal.referrals.following.ranking import Mend
from portal.referrals.following.receivers import name_of
from portal.referrals.models import ReferralRule
from portal.referrals.ruling import reading
from portal.views.admin.rules import words
from portal.views.choosing import service_named

PLURAL = {"commune": "communes", "topic": "topics"}
ITS_OWN = ("service", "kind", "agent_note")  # what a rule apart does not take from the other


def said(rule: ReferralRule, mend: Mend, topics: Mapping[int, Topic]) -> dict[str, str]:
    """The mend in words, what to press, and where that leads."""
    if mend.service is not None:
        name = name_of(mend.service)
        address = url_for("admin.edit_rule", rule_id=rule.id, service=mend.service.slug)
        said = f"{mend.count} refus nomment {name}"
        return {"words": said, "act": f"Envoyer vers {name}", "address": address}
    topic = topics.get(mend.topic_id or 0)
    if mend.kind == "commune":
        about = f"{mend.count} échecs viennent de {mend.place}"
        return {"words": about, **_apart(rule, "commune", mend.commune, mend.place)}
    if mend.kind == "topic" and topic is not None:
        name = topic.names.get("fr", topic.slug)
        about = f"{mend.count} échecs portent sur « {name} »"
        return {"words": about, **_apart(rule, "topic", topic.slug, f"« {name} »")}
    silent = f"{mend.count} sans réponse : vérifiez l’adresse de l’organisme, ou appelez-le"
    address = url_for("admin.edit_rule", rule_id=rule.id)
    return {"words": silent, "act": "Ouvrir le brouillon", "address": address}


def _apart(rule: ReferralRule, condition: str, code: str, name: str) -> dict[str, str]:
    named = reading.shown_version(rule).conditions.get(PLURAL[condition], ())
    if code in named and len(named) > 1:
        out: dict[str, Any] = {f"without_{condition}": code}
        address = url_for("admin.edit_rule", rule_id=rule.id, **out)
        return {"act": f"Retirer {name}", "address": address}
    only: dict[str, Any] = {condition: code}
    address = url_for("admin.new_rule", like=rule.id, **only)
    return {"act": f"Faire une règle à part pour {name}", "address": address}


def without(values: dict[str, Any], asked: Mapping[str, str]) -> dict[str, Any]:
    """A draft with another service, or without the commune or topic where it fails."""
    mended = dict(values)
    if service := service_named(asked.get("service", "")):
        mended |= {"service": str(service.id), "kind": ""}
    if code := asked.get("without_commune"):
        lines = values["communes"].splitlines()
        mended["communes"] = "\n".join(one for one in lines if not one.endswith(f"({code})"))
    if slug := asked.get("without_topic"):
        mended["topics"] = [one for one in values["topics"] if one != slug]
    return mended


def apart(values: dict[str, Any], asked: Mapping[str, str]) -> dict[str, Any]:
    """A new rule for the commune or topic where the other one fails; whoever writes it says to which service."""
    mended = {name: value for name, value in values.items() if not name.startswith("explanation_")}
    mended |= dict.fromkeys(ITS_OWN, "")
    mended["position"] = max(1, int(values["position"]) - 1)
    if code := asked.get("commune"):
        mended["communes"] = words.commune_names([code]).get(code, code)
    if slug := asked.get("topic"):
        mended["topics"] = [slug]
    return mended
