"""XML from strangers: no DTD, hence no entity, no expansion, nothing fetched; bounded in size and depth.

Expat feeds the C tree builder: nearly as fast as the standard parser, and it lets us stop at the first sign
of a document type, which no format we read has.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, ParseError, TreeBuilder
from xml.parsers import expat

from knowledge_base.reading.unreadable import Unreadable

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 100  # the deepest sheet of service-public.fr has 18 levels


def parse_xml(data: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Element:
    """The root element. Names in a namespace are written `{address}name`, as ElementTree does."""
    if len(data) > max_bytes:
        raise Unreadable(f"XML trop grand : plus de {max_bytes // 1024} Kio.")
    builder = TreeBuilder()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = lambda name, attributes: builder.start(
        _name(name), {_name(key): value for key, value in attributes.items()}
    )
    parser.EndElementHandler = lambda name: builder.end(_name(name))
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(data, True)
        root = builder.close()
    except (expat.ExpatError, ParseError, AssertionError, LookupError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(f"XML mal formé : {error}.") from None
    _check_depth(root, max_depth)
    return root


def _name(name: str) -> str:
    return f"{{{name}" if "}" in name else name


def _refuse_doctype(*_: object) -> None:
    raise Unreadable("XML refusé : il déclare un type de document (DTD) ou des entités.")


def _check_depth(root: Element, max_depth: int) -> None:
    generation, depth = [root], 0
    while generation:
        depth += 1
        if depth > max_depth:
            raise Unreadable(f"XML refusé : plus de {max_depth} éléments imbriqués.")
        generation = [child for element in generation for child in element]
