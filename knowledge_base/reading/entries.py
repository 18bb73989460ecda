"""From what was read to what is indexed."""

from __future__ import annotations

from collections.abc import Mapping

from knowledge_base.entry import Entry, Sheet
from knowledge_base.reading.plain import markdown_sections


def sheet_to_entry(sheet: Sheet, *, id: str, ids: Mapping[str, str]) -> Entry:
    """A sheet as the index takes it. `ids` gives the entry of each `source_ref`; other links are left out.

    A folder's links to its own sheets say nothing of their worth, nor does a sheet's link to its folder.
    """
    headings, text = markdown_sections(sheet.body)
    targets = (ids.get(link.source_ref, "") for link in sheet.links if link.kind not in ("parent", "child"))
    return Entry(
        id=id,
        kind=sheet.kind,
        language=sheet.language,
        title=sheet.title,
        audience=sheet.audience,
        summary=sheet.summary,
        keywords=(*sheet.keywords, *sheet.breadcrumb),
        headings=headings,
        questions=sheet.questions,
        body=text,
        links=tuple(dict.fromkeys(target for target in targets if target and target != id)),
        topic=sheet.topic,
    )
