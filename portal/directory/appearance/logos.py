"""A logo as it comes: a PNG or an SVG by what is in it, never by its name, and only if it can do nothing but be seen.

Both are written anew from what draws them, so that a browser reads what was checked and nothing else: what cameras and
programs say beside (places, names, comments), and whatever follows the end of a PNG, are left out. An SVG is refused
with the name of what it must lose: scripts, links, what is fetched elsewhere, moving parts, other programs' elements.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element, register_namespace, tostring

from knowledge_base.reading.unreadable import Unreadable
from knowledge_base.reading.xml import parse_xml
from portal.errors import N_, Refused

LARGEST = 20 * 1024  # a first visit has to hold it
WIDEST = 2000  # pixels
PNG, SVG = "image/png", "image/svg+xml"

SIGNATURE = b"\x89PNG\r\n\x1a\n"
DRAWS = {b"IHDR", b"PLTE", b"tRNS", b"sRGB", b"gAMA", b"cHRM", b"pHYs", b"IDAT", b"IEND"}
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of a pixel, by the kind of its colours

NAMESPACE = "{http://www.w3.org/2000/svg}"
register_namespace("", NAMESPACE.strip("{}"))
ELEMENTS = {
    *("svg", "g", "defs", "symbol", "use", "title", "desc", "path", "rect", "circle", "ellipse", "line"),
    *("polyline", "polygon", "text", "tspan", "linearGradient", "radialGradient", "stop", "clipPath", "mask"),
    *("pattern", "style"),
}
_REACHES_OUT = re.compile(r"""[\\@]|//|javascript:|expression\s*\(|url\(\s*(?!["']?\s*#)""", re.IGNORECASE)


class Logo(NamedTuple):
    """A picture that may be shown, and the type that it is served as."""

    data: bytes
    media_type: str


def read_logo(data: bytes) -> Logo:
    """The logo in these bytes. Refuses what is too heavy, of another type, broken, or not safe."""
    if len(data) > LARGEST:
        raise _refused(N_("Le logo est trop lourd : 20 Ko au plus."))
    if data.startswith(SIGNATURE):
        return Logo(_png(data), PNG)
    if b"<svg" in data[:4096] or b":svg" in data[:4096]:
        return Logo(_svg(data), SVG)
    raise _refused(N_("Le logo doit être une image PNG ou SVG."))


def _png(data: bytes) -> bytes:
    """The parts that draw the picture, in their order."""
    kept = [(kind, body) for kind, body in _chunks(data) if kind in DRAWS]
    if len(kept) < 3 or kept[0][0] != b"IHDR" or len(kept[0][1]) != 13 or kept[-1][0] != b"IEND":
        raise _broken()
    width, height, depth, colours = struct.unpack(">IIBB", kept[0][1][:10])
    if not (0 < width <= WIDEST and 0 < height <= WIDEST):
        raise _refused(N_("Le logo est trop grand : 2000 pixels de côté au plus."))
    if colours not in SAMPLES or depth not in (1, 2, 4, 8, 16):
        raise _broken()
    most = height * (2 * width * SAMPLES[colours] * max(depth, 8) // 8 + 16)
    _check_pixels(b"".join(body for kind, body in kept if kind == b"IDAT"), most)
    return SIGNATURE + b"".join(_chunk(kind, body) for kind, body in kept)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each part of a PNG up to its end. Refuses one that is cut, or whose sum is wrong."""
    at = len(SIGNATURE)
    while at + 12 <= len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        if data[at + 8 + length : at + 12 + length] != struct.pack(">I", zlib.crc32(kind + body)):
            raise _broken()
        yield kind, body
        if kind == b"IEND":
            return
        at += 12 + length
    raise _broken()


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _check_pixels(packed: bytes, most: int) -> None:
    """Refuses pixels that do not unpack, or to more than the picture has: a small file must not fill a memory."""
    unpacking = zlib.decompressobj()
    try:
        unpacking.decompress(packed, most)
    except zlib.error:
        raise _broken() from None
    if not unpacking.eof:
        raise _broken()


def _svg(data: bytes) -> bytes:
    try:
        root = parse_xml(data, max_bytes=LARGEST)
    except Unreadable:
        raise _broken() from None
    if root.tag != f"{NAMESPACE}svg":
        raise _broken()
    for element in root.iter():
        _check_element(element)
    return tostring(root, encoding="utf-8", xml_declaration=True)


def _check_element(element: Element) -> None:
    name = element.tag.removeprefix(NAMESPACE)
    if name not in ELEMENTS:
        raise _unsafe(f"<{name.rpartition('}')[2]}>")
    if name == "style" and _REACHES_OUT.search("".join(element.itertext())):
        raise _unsafe("<style>")
    for attribute, value in element.attrib.items():
        local = attribute.rpartition("}")[2].lower()
        points_out = local in ("href", "src", "base") and not value.strip().startswith("#")
        if local.startswith("on") or points_out or _REACHES_OUT.search(value):
            raise _unsafe(local)


def _unsafe(what: str) -> Refused:
    return _refused(
        N_(
            "Ce SVG contient « %(what)s », qu’un logo ne doit pas avoir. "
            "Enregistrez-le en « SVG simple » ou « optimisé », ou en PNG."
        ),
        what=what,
    )


def _broken() -> Refused:
    return _refused(N_("Cette image est abîmée, ou n’est pas ce que dit son nom."))


def _refused(sentence: str, **values: str) -> Refused:
    return Refused(sentence, field="logo", **values)
