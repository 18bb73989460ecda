"""The digest of a sheet: it changes when, and only when, what the sheet says does."""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple, replace

from knowledge_base.entry import Sheet


def with_digest(sheet: Sheet) -> Sheet:
    said = json.dumps(astuple(replace(sheet, digest="")), ensure_ascii=False, sort_keys=True, default=str)
    return replace(sheet, digest=hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest())
