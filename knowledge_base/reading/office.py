"""The text of office documents, DOCX and ODT: archives of XML, read as strangers' archives and XML are."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from knowledge_base.reading.archives import MIB, Limits, open_archive, read_member
from knowledge_base.reading.pieces import Pieces
from knowledge_base.reading.unreadable import Unreadable
from knowledge_base.reading.xml import parse_xml

LIMITS = Limits(members=5000, total_bytes=512 * MIB, member_bytes=64 * MIB, ratio=200)
PAGE = "\f"
DOCX_SILENT = frozenset({"Fallback", "del", "moveFrom", "delText", "instrText", "pPr", "rPr", "sectPr"})
ODT_SILENT = frozenset({"tracked-changes", "annotation", "sequence-decls", "forms", "automatic-styles"})
HEADINGS = ("title", "titre", "heading1", "titre1")


def read_docx(data: bytes) -> Pieces:
    """A Word document: its body, then its notes."""
    with open_archive(io.BytesIO(data), LIMITS) as archive:
        names = set(archive.namelist())
        if "word/document.xml" not in names:
            raise Unreadable("Archive qui n’est pas un document Word.")
        if any(name.lower().endswith(("vbaproject.bin", "vbadata.xml")) for name in names):
            raise Unreadable("Document refusé : il contient des macros.")
        body = _part(archive, "word/document.xml")
        notes = [
            _part(archive, name) for name in ("word/footnotes.xml", "word/endnotes.xml") if name in names
        ]
        declared = _declared(archive, names, "docProps/core.xml")
    text = "".join([*_docx(body), *(piece for part in notes for piece in _docx(part))])
    return Pieces(_pages(text), declared, _docx_heading(body))


def read_odt(data: bytes) -> Pieces:
    """An OpenDocument text."""
    with open_archive(io.BytesIO(data), LIMITS) as archive:
        names = set(archive.namelist())
        if "content.xml" not in names:
            raise Unreadable("Archive qui n’est pas un texte OpenDocument.")
        if any(name.startswith(("Basic/", "Scripts/")) and not name.endswith("/") for name in names):
            raise Unreadable("Document refusé : il contient des macros.")
        manifest = "META-INF/manifest.xml"
        if manifest in names and b"encryption-data" in read_member(
            archive, archive.getinfo(manifest), LIMITS
        ):
            raise Unreadable("Document refusé : il est protégé par un mot de passe.")
        root = _part(archive, "content.xml")
        declared = _declared(archive, names, "meta.xml")
    broken = frozenset(_styles_that_break(root))
    return Pieces(_pages("".join(_odt(root, broken))), declared, _odt_heading(root))


def _part(archive: zipfile.ZipFile, name: str) -> Element:
    data = read_member(archive, archive.getinfo(name), LIMITS)
    return parse_xml(data, max_bytes=LIMITS.member_bytes, max_depth=250)


def _declared(archive: zipfile.ZipFile, names: set[str], name: str) -> str:
    if name not in names:
        return ""
    title = next((one for one in _part(archive, name).iter() if _local(one) == "title"), None)
    return "".join(title.itertext()) if title is not None else ""


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _attribute(element: Element, name: str) -> str:
    return next((value for key, value in element.items() if key.rpartition("}")[2] == name), "")


def _pages(text: str) -> list[str]:
    """Breaks with nothing between them part nothing."""
    return [page for page in text.split(PAGE) if page.strip()] or [""]


def _row(cells: Iterator[str]) -> str:
    """A row of a table, on one line."""
    return " \t ".join(" ".join(cell.split()) for cell in cells if cell.strip()) + "\n"


def _docx(element: Element) -> Iterator[str]:
    for child in element:
        name = _local(child)
        if name in DOCX_SILENT:
            continue
        if name == "t":
            yield child.text or ""
        elif name in ("tab", "ptab"):
            yield "\t"
        elif name == "lastRenderedPageBreak" or (name == "br" and _attribute(child, "type") == "page"):
            yield PAGE
        elif name in ("br", "cr"):
            yield "\n"
        elif name == "noBreakHyphen":
            yield "-"
        elif name == "tr":
            yield _row("".join(_docx(cell)) for cell in child)
        else:
            yield from _docx(child)
            if name == "p":
                yield "\n"


def _docx_heading(body: Element) -> str:
    for paragraph in (one for one in body.iter() if _local(one) == "p"):
        style = next((_attribute(one, "val") for one in paragraph.iter() if _local(one) == "pStyle"), "")
        if style.lower().replace(" ", "") in HEADINGS:
            return "".join(_docx(paragraph))
    return ""


def _odt_heading(root: Element) -> str:
    """The paragraph in the style of titles, or in one made from it."""
    styles = (one for one in root.iter() if _local(one) == "style")
    titles = {"Title"} | {
        _attribute(one, "name") for one in styles if _attribute(one, "parent-style-name") == "Title"
    }
    for one in root.iter():
        if _local(one) not in ("p", "h") or _attribute(one, "style-name") not in titles:
            continue
        said = "".join(_odt(one, frozenset())).strip()
        if said:
            return said
    return ""


def _styles_that_break(root: Element) -> Iterator[str]:
    for style in root.iter():
        if _local(style) == "style" and any(_attribute(one, "break-before") == "page" for one in style):
            yield _attribute(style, "name")


def _odt(element: Element, broken: frozenset[str]) -> Iterator[str]:
    yield element.text or "" if _holds_text(element) else ""
    for child in element:
        name = _local(child)
        if name in ODT_SILENT:
            continue
        if name == "s":
            yield " "
        elif name == "tab":
            yield "\t"
        elif name == "line-break":
            yield "\n"
        elif name == "soft-page-break":
            yield PAGE
        elif name == "table-row":
            yield _row("".join(_odt(cell, broken)) for cell in child)
        else:
            breaks = name in ("p", "h") and _attribute(child, "style-name") in broken
            yield PAGE if breaks else ""
            yield from _odt(child, broken)
            yield "\n" if name in ("p", "h") else ""
        yield child.tail or "" if _holds_text(element) else ""


def _holds_text(element: Element) -> bool:
    """Between other elements white space is layout of the file, not of the text."""
    return _local(element) in (
        "p",
        "h",
        "span",
        "a",
        "ruby-base",
        "note-citation",
        "bookmark-ref",
        "title",
    ) or bool((element.text or "").strip())
