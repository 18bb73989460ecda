"""Small documents made for the tests, byte by byte."""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
ODT = b"application/vnd.oasis.opendocument.text"


def archive(members: dict[str, bytes | str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, data in members.items():
            zipped.writestr(name, data, zipfile.ZIP_STORED if name == "mimetype" else None)
    return made.getvalue()


def docx(body: str, more: dict[str, bytes | str] | None = None) -> bytes:
    document = f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    return archive({"[Content_Types].xml": "<Types/>", "word/document.xml": document, **(more or {})})


def paragraphs(*texts: str) -> str:
    return "".join(f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>" for text in texts)


def odt(body: str, more: dict[str, bytes | str] | None = None) -> bytes:
    content = (
        f'<office:document-content xmlns:office="{OFFICE}:office:1.0" xmlns:text="{OFFICE}:text:1.0" '
        f'xmlns:style="{OFFICE}:style:1.0" xmlns:table="{OFFICE}:table:1.0" xmlns:fo="x">'
        '<office:automatic-styles><style:style style:name="New"><style:paragraph-properties '
        'fo:break-before="page"/></style:style></office:automatic-styles>'
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    return archive({"mimetype": ODT, "content.xml": content, **(more or {})})


def pdf(*streams: str, trailer: str = "") -> bytes:
    """A PDF whose pages are drawn by these content streams, in Helvetica."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(streams)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(streams)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for n, stream in enumerate(streams):
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {5 + 2 * n} 0 R "
            "/Resources << /Font << /F 3 0 R >> >> >>",
            f"<< /Length {len(stream.encode('cp1252'))} >>\nstream\n{stream}\nendstream",
        ]
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n".encode("cp1252")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    return out + (
        f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\n"
        f"startxref\n{len(out)}\n%%EOF"
    ).encode("cp1252")


def lines(*texts: str, size: int = 12, top: int = 700) -> str:
    """A content stream that writes these lines."""
    shown = "".join(f"({text}) Tj 0 -{size + 4} Td " for text in texts)
    return f"BT /F {size} Tf 50 {top} Td {shown}ET"


def letter_by_letter(text: str, *, y: int) -> str:
    """A line as old layout programs draw it: each letter placed on its own, spaces not drawn at all."""
    out, x = [], 50.0
    for char in text:
        if char != " ":
            out.append(f"BT /F 12 Tf 1 0 0 1 {x:.2f} {y} Tm ({char}) Tj ET")
        x += 12 * {"i": 0.222, "l": 0.222, "f": 0.278, "t": 0.278, "r": 0.333, "s": 0.5}.get(char, 0.556)
    return " ".join(out)
