"""Readers: what a source wrote (guides in XML or Markdown, office documents) becomes `Sheet`s and `Entry`s.

Whatever is read here may be hostile: XML is read without DTD or entities, archives within limits, documents
in a subprocess of few means. What cannot be read is left out with a sentence that says why.
"""

from knowledge_base.reading.documents import DocumentText, read_document, same_text
from knowledge_base.reading.entries import document_to_entries, sheet_to_entry
from knowledge_base.reading.guides import read_guides
from knowledge_base.reading.plain import markdown_sections
from knowledge_base.reading.unreadable import Unreadable

__all__ = [
    "DocumentText",
    "Unreadable",
    "document_to_entries",
    "markdown_sections",
    "read_document",
    "read_guides",
    "same_text",
    "sheet_to_entry",
]
