"""The body of a service-public.fr sheet, element by element, as Markdown.

Nothing that is said is left out: an element that no schema announced is read through, and its text kept.
Chapters, situations and cases (tabs) are headings; below the sixth level a heading carries its parent's name,
so that its path can still be read.
"""

from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import Element

from knowledge_base.entry import Link
from knowledge_base.reading import dila_words as words
from knowledge_base.reading import md


class Body:
    """Writes Markdown and gathers, on the way, the links the page holds.

    `local` are the identifiers that the page itself explains (abbreviations…): a link to one is text.
    `door` is what the link to the service itself says.
    """

    def __init__(self, audience: str, local: frozenset[str], door: str = "Accéder au service") -> None:
        self.audience = audience
        self.door = door
        self.local = local
        self.links: dict[str, Link] = {}
        self._inside = 0  # in a list, a note or a cell, where a heading would tear the page apart
        self._emphasis = 0
        self._trail: list[str] = []

    # Blocks

    def blocks(self, element: Element, level: int, skip: tuple[Element | None, ...] = ()) -> list[str]:
        """What an element holds: runs of text become paragraphs, the rest by kind."""
        out: list[str] = []
        run = [md.escape(element.text)]
        mixed = element.tag == "Paragraphe" or words.speaks(element)
        for child in element:
            if any(child is one for one in skip):
                run.append(md.escape(child.tail))
                continue
            if child.tag in words.INLINE or (mixed and not words.holds_blocks(child)):
                run.append(self._inline_child(child))
            else:
                self._flush(run, out)
                out += self.block(child, level)
            run.append(md.escape(child.tail))
        self._flush(run, out)
        return out

    def _flush(self, run: list[str], out: list[str]) -> None:
        text = md.finish("".join(run))
        if text:
            out.append(text)
        run.clear()

    def block(self, element: Element, level: int) -> list[str]:
        tag = element.tag
        if tag in words.SILENT:
            return []
        write = WRITERS.get(tag)
        if write is not None:
            return write(self, element, level)
        return self.blocks(element, level)

    def container(self, element: Element, level: int) -> list[str]:
        titre, title = self._title(element)
        if not title:
            return self.blocks(element, level)
        head = self._heading(title, level)
        self._trail.append(title)
        out = [head, *self.blocks(element, level + 1, (titre,))]
        self._trail.pop()
        return out

    def _heading(self, title: str, level: int) -> str:
        if self._inside:
            return md.strong(title)
        if level > md.LAST_LEVEL and self._trail:
            title = f"{self._trail[-1]} – {title}"
        return md.heading(title, level)

    def note(self, element: Element, level: int) -> list[str]:
        titre, title = self._title(element)
        inner = self.within(element, level, (titre,))
        if title:
            inner.insert(0, md.strong(title))
        return [md.quote(inner)] if inner else []

    def within(self, element: Element, level: int, skip: tuple[Element | None, ...] = ()) -> list[str]:
        self._inside += 1
        out = self.blocks(element, level, skip)
        self._inside -= 1
        return out

    def listing(self, element: Element, level: int) -> list[str]:
        ordered = element.get("type") not in (None, "", "puce")
        items: list[str] = []
        for child in element:
            blocks = self.within(child, level)
            if blocks:
                items.append(md.item(blocks, f"{len(items) + 1}." if ordered else "-"))
        return [md.join(items)] if items else []

    def titled_item(self, element: Element, level: int) -> list[str]:
        """A branch of a guided search, a choice, a definition: its title, then what it holds, as an item."""
        titre, title = self._title(element)
        inner = self.within(element, level, (titre,))
        if element.tag in ("Definition", "Abreviation") and title and inner:
            inner[0] = f"{md.strong(title)} : {inner[0]}"
        elif title:
            inner.insert(0, title)
        return [md.item(inner, "-")] if inner else []

    def item(self, element: Element, level: int) -> list[str]:
        """A service, a form, a legal text, a contact, a sheet: its link, then what else is said."""
        titre, title = self._title(element)
        said: tuple[Element | None, ...] = (titre, element.find("Complement"), element.find("Source"))
        head = self._target(element, title)
        tails = [self._plain(one) for one in said[1:] if one is not None]
        head = " — ".join(filter(None, [head, *tails]))
        holds_only_its_name = titre is None and element.text and element.text.strip()
        if element.tag == "ServiceEnLigneAnnexe":
            said = (*said, element.find("LienWeb") if element.find("LienWeb/*") is None else None)
        rest = [] if holds_only_its_name else self.within(element, level, said)
        return [md.item([head, *rest] if head else rest, "-")] if head or rest else []

    def _target(self, element: Element, title: str) -> str:
        tag, kind = element.tag, words.TARGET_KINDS.get(element.get("type", ""), "")
        web = element.find("LienWeb" if tag == "ServiceEnLigneAnnexe" else "RessourceWeb")
        url = md.address(element.get("URL", "") or (web.get("URL", "") if web is not None else ""))
        ref = (
            "" if tag in words.CONTACTS or tag in ("Reference", "PourEnSavoirPlus") else element.get("ID", "")
        )
        if tag == "LienWeb" and url:
            title = title or self.door
        if tag == "Partenaire":
            title, ref = title or url, ""
        address = url or (self._sheet(ref, element.get("audience", "")) if words.is_sheet(ref) else "")
        if tag not in words.CONTACTS and title and address:
            self._remember(element, title, url, ref, kind)
        head = md.link(title, address) if title else ""
        if tag in words.CONTACTS and head:
            return f"Où s’adresser : {head}"
        prefix = (
            f"{element.get('type')} : " if tag.startswith("ServiceEnLigne") and element.get("type") else ""
        )
        return prefix + head + words.measures(element) if head else ""

    def _remember(self, element: Element, title: str, url: str, ref: str, kind: str) -> None:
        relation = words.RELATIONS.get(element.tag, kind or "inline")
        if element.tag in ("Fiche", "Dossier") and element.get("audience"):
            relation = "see_also"
        self.remember(ref if words.is_sheet(ref) else "", element.get("audience", ""), title, url, relation)

    def remember(self, ref: str, audience: str, title: str, url: str, relation: str) -> None:
        """Keep a link of the page, once for each thing it leads to."""
        ref = self._sheet(ref, audience).removeprefix("sheet:") if ref else ""
        known = self.links.get(ref or url)
        if known is None or known.kind == "inline" or relation == "see_also":  # the sheet's own title
            self.links[ref or url] = Link(md.unmarked(title), ref, url, relation)

    def table(self, element: Element, level: int) -> list[str]:
        titre, title = self._title(element)
        rows: list[list[tuple[str, int, int]]] = []
        header = False
        for row in element.iter("Rangée"):
            header = header or (not rows and row.get("type") == "header")
            rows.append([self._cell(cell, level) for cell in row])
        others = [
            block
            for child in element
            if child is not titre and child.tag not in ("Rangée", "Colonne")
            for block in self.block(child, level)
        ]
        grid = md.table(rows, header=header)
        return [*([md.strong(title)] if title else []), *others, *([grid] if grid else [])]

    def _cell(self, cell: Element, level: int) -> tuple[str, int, int]:
        text = md.flat(self.within(cell, level))
        return text, words.count(cell.get("fusionHorizontale")), words.count(cell.get("fusionVerticale"))

    def picture(self, element: Element, level: int) -> list[str]:
        """The picture itself is not in the archive; what describes it is."""
        return [md.quote(inner)] if (inner := self.within(element, level)) else []

    # Inside a paragraph

    def _title(self, element: Element) -> tuple[Element | None, str]:
        titre = element.find("Titre")
        if titre is not None:
            return titre, self._plain(titre)
        if element.tag in words.ITEMS and (element.text or "").strip():
            return None, md.finish(md.escape(element.text))
        return None, ""

    def _plain(self, element: Element) -> str:
        return md.flat(self.within(element, md.LAST_LEVEL))

    def _inline(self, element: Element) -> str:
        parts = [md.escape(element.text)]
        for child in element:
            parts += [self._inline_child(child), md.escape(child.tail)]
        return "".join(parts)

    def _inline_child(self, child: Element) -> str:
        if child.tag in words.LINKS:
            return self._link(child)
        if child.tag not in words.STRONG | words.SLANTED or self._emphasis:
            return self._inline(child)
        self._emphasis += 1
        text = self._inline(child)
        self._emphasis -= 1
        return md.mark(text, strong=child.tag in words.STRONG)

    def _link(self, element: Element) -> str:
        text = self._inline(element)
        if element.tag == "LienExterne":
            url = md.address(element.get("URL", ""))
            if url and text.strip():
                self.remember("", "", text, url, "outside")
            return md.link(text, url)
        ref = element.get("LienPublication", "")
        if element.tag == "LienIntra" or not words.is_sheet(ref) or ref in self.local:
            return text
        kind = words.TARGET_KINDS.get(element.get("type", ""), "inline")
        text = text if text.strip() else words.UNTITLED.get(kind, "Voir la fiche")
        self.remember(ref, element.get("audience", ""), text, "", kind)
        return md.link(text, self._sheet(ref, element.get("audience", "")))

    def _sheet(self, ref: str, audience: str) -> str:
        """Identifiers are unique within an audience: another audience's sheet is named with it."""
        other = audience.lower()
        return f"sheet:{other}/{ref}" if other and other != self.audience else f"sheet:{ref}"


def _writers() -> dict[str, Callable[[Body, Element, int], list[str]]]:
    writers: dict[str, Callable[[Body, Element, int], list[str]]] = dict.fromkeys(
        words.CONTAINERS, Body.container
    )
    writers |= dict.fromkeys(words.NOTES, Body.note) | dict.fromkeys(words.ITEMS, Body.item)
    writers |= dict.fromkeys(("Branche", "Choix", "Definition", "Abreviation"), Body.titled_item)
    writers |= dict.fromkeys(("Image", "Illustration"), Body.picture)
    return writers | {"Liste": Body.listing, "Tableau": Body.table}


WRITERS = _writers()
