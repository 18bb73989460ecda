"""A situation as it is kept: in an example, in what a check found. Typed by an administrator, or made of rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from portal.referrals.deciding.situations import Situation

PLURAL = {"topics": tuple, "read": tuple, "article_ids": tuple, "scores": tuple, "flags": frozenset}


def kept(situation: Situation) -> dict[str, Any]:
    """What is known in the situation, in JSON; what is as usual is left out, and a day that is today's."""
    usual = Situation()
    told: dict[str, Any] = {}
    for one in fields(situation):
        value = getattr(situation, one.name)
        if value != getattr(usual, one.name):
            told[one.name] = _plain(value)
    return told


def situation_of(told: Mapping[str, Any]) -> Situation:
    """The situation that was kept; what a later version knows no more is left out."""
    values: dict[str, Any] = {}
    for one in fields(Situation):
        if one.name in told:
            value = told[one.name]
            values[one.name] = PLURAL[one.name](value) if one.name in PLURAL else value
    if isinstance(values.get("at"), str):
        values["at"] = date.fromisoformat(values["at"])
    return Situation(**values)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return (
        sorted(value) if isinstance(value, frozenset) else list(value) if isinstance(value, tuple) else value
    )
