"""From what was read to what is indexed."""

from __future__ import annotations

from collections.abc import Mapping

from knowledge_base.entry import Entry, Sheet
from knowledge_base.reading.documents import DocumentText
from knowledge_base.reading.language import UNKNOWN, parts_by_script
from knowledge_base.reading.plain import markdown_sections
from knowledge_base.reading.titles import name_as_title, page_headings


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


def document_to_entries(
    document: DocumentText,
    *,
    id: str,
    name: str = "",
    title: str = "",
    summary: str = "",
    topic: str = "",
    audience: str = "",
    popularity: float = 0.0,
) -> list[Entry]:
    """An entry for each page that says something, found in the page's own language; their group is the document.

    A page in two scripts (a form and its translation) is found in both languages, by an entry for each. A document
    without text is found by its title and by its file's `name`.
    """
    title = title or document.title
    spoken = name_as_title(name) if name else ""
    keywords = (spoken,) if spoken and spoken != title else ()
    entries = []
    for number, page in enumerate(document.pages, start=1):
        parts = {document.language: page} if document.empty else parts_by_script(page)
        for language, text in parts.items():
            if not text.strip():
                continue
            entries.append(
                Entry(
                    id=f"{id}:{number}" if len(parts) == 1 else f"{id}:{number}:{language}",
                    kind="document",
                    language=_known(language, document.language),
                    title=title,
                    audience=audience,
                    summary=summary,
                    keywords=keywords,
                    headings=page_headings(text),
                    body=text,
                    popularity=popularity,
                    topic=topic,
                    group=id,
                    page=number,
                )
            )
    return entries or [
        Entry(
            f"{id}:1", "document", _known(document.language, "fr"), title, keywords=keywords, group=id, page=1
        )
    ]


def _known(language: str, default: str) -> str:
    """A page of too few words is taken to be in its document's language, and that one in French."""
    return next((one for one in (language, default) if one != UNKNOWN), "fr")
