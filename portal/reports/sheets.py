"""Tables as files, of any size: written row by row, so that nothing but a batch is ever in memory.

CSV opens as French spreadsheets expect (semicolons, UTF-8 with its mark); a text that a spreadsheet would take for a
formula is kept from being one. ODS is a zip with one long XML written through it; its cells say that they are text.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
ROWS_OF_A_SHEET = 1_000_000  # a spreadsheet holds 1,048,576
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Row = Sequence[Any]

_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)
_BEGINS = (
    f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_SPACES} office:version="1.3">'
    "<office:body><office:spreadsheet>"
)
_ENDS = "</office:spreadsheet></office:body></office:document-content>"
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">'
    f'<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{FORMATS["ods"]}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)


def write(kind: str, file: IO[bytes], header: Row, batches: Iterable[Iterable[Row]]) -> None:
    """Writes the whole table as one of FORMATS."""
    (write_csv if kind == "csv" else write_ods)(file, header, batches)


def write_csv(file: IO[bytes], header: Row, batches: Iterable[Iterable[Row]]) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    lines = csv.writer(text, delimiter=";", lineterminator="\r\n")
    lines.writerow(header)
    for batch in batches:
        lines.writerows([_plain(value) for value in row] for row in batch)
    text.flush()
    text.detach()  # the file is its caller's to close


def write_ods(file: IO[bytes], header: Row, batches: Iterable[Iterable[Row]]) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        # first, and not compressed: it names the format
        packed.writestr(zipfile.ZipInfo("mimetype"), FORMATS["ods"])
        with packed.open("content.xml", "w", force_zip64=True) as content:
            for part in _content(header, batches):
                content.write(part.encode())
        packed.writestr("META-INF/manifest.xml", _MANIFEST)


def safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return safe(value) if isinstance(value, str) else "" if value is None else value


def _content(header: Row, batches: Iterable[Iterable[Row]]) -> Iterable[str]:
    """The XML, batch by batch; a full sheet is followed by another."""
    yield _BEGINS
    sheet, rows = 1, 0
    yield _sheet(sheet, header)
    for batch in batches:
        lines = []
        for row in batch:
            if rows == ROWS_OF_A_SHEET:
                sheet, rows = sheet + 1, 0
                lines.append("</table:table>" + _sheet(sheet, header))
            lines.append(_line(row))
            rows += 1
        yield "".join(lines)
    yield "</table:table>" + _ENDS


def _sheet(number: int, header: Row) -> str:
    return f'<table:table table:name="Feuille{number}">' + _line(header)


def _line(row: Row) -> str:
    return f"<table:table-row>{''.join(_cell(value) for value in row)}</table:table-row>"


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "<table:table-cell/>"
    if isinstance(value, datetime | date):
        kind = f'office:value-type="date" office:date-value={quoteattr(_iso(value))}'
        return f"<table:table-cell {kind}><text:p>{_plain(value)}</text:p></table:table-cell>"
    if isinstance(value, int | float):
        kind = f'office:value-type="float" office:value="{value}"'
        return f"<table:table-cell {kind}><text:p>{value}</text:p></table:table-cell>"
    lines = escape(_NOT_XML.sub("", str(value))).split("\n")
    said = "".join(f"<text:p>{line}</text:p>" for line in lines)
    return f'<table:table-cell office:value-type="string">{said}</table:table-cell>'


def _iso(value: date) -> str:
    """Local time, as a spreadsheet holds it: without a zone."""
    return (
        value.replace(tzinfo=None).isoformat(timespec="seconds")
        if isinstance(value, datetime)
        else value.isoformat()
    )
