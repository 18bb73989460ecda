"""Letters in the shapes that programs give them: passed on whole, signed, wrapped, an invitation, very long."""

from __future__ import annotations

import time
from email.message import EmailMessage

from portal.mail import tnef
from portal.mail.reading import File, read_letter


def written(words: str = "Bonjour.") -> EmailMessage:
    letter = EmailMessage()
    letter["From"], letter["Subject"] = "Aïcha <aicha@courriel.example>", "Mon bail"
    if words:
        letter.set_content(words)
    return letter


def attribute(level: int, kind: int, value: bytes) -> bytes:
    head = bytes([level]) + kind.to_bytes(2, "little") + b"\2\0" + len(value).to_bytes(4, "little")
    return head + value + b"\0\0"


def test_a_letter_passed_on_has_its_own_words_under_who_wrote_it() -> None:
    owner = EmailMessage()
    owner["From"], owner["Subject"] = "Paul <paul@bailleur.example>", "Loyer"
    owner.set_content("<p>Vous devez <b>deux mois</b>.</p>", subtype="html")
    owner.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="bail.pdf")
    letter = written("Voici ce que m’écrit mon propriétaire.")
    letter.add_attachment(owner)
    read = read_letter(letter.as_bytes())
    assert read.words.new == (
        "Voici ce que m’écrit mon propriétaire.\n\n"
        "[Message joint\u00a0: Paul, paul@bailleur.example – Loyer]\nVous devez deux mois."
    )
    assert [file.name for file in read.files] == ["bail.pdf"]
    signed = written("Voir ci-joint.\n-- \nJean")
    signed.add_attachment(owner)
    words = read_letter(signed.as_bytes()).words
    assert words.new.startswith("Voir ci-joint.\n\n[Message joint") and words.signature.endswith("Jean")
    alone = written("")
    alone.set_content(owner)
    assert read_letter(alone.as_bytes()).words.new.endswith("Loyer]\nVous devez deux mois.")


def test_a_signature_is_no_file_that_anybody_sent() -> None:
    letter = written()
    letter.add_attachment(
        b"\x30\x82", maintype="application", subtype="pkcs7-signature", filename="smime.p7s"
    )
    assert read_letter(letter.as_bytes()).files == ()


def test_an_invitation_is_called_one() -> None:
    letter = written()
    letter.add_alternative(b"BEGIN:VCALENDAR", maintype="text", subtype="calendar")
    assert [file.name for file in read_letter(letter.as_bytes()).files] == ["invitation"]


def test_files_are_taken_out_of_what_outlook_wraps_them_in() -> None:
    head = tnef.MARK + b"\1\0" + attribute(1, 0x800C, b"words")
    one = attribute(2, tnef.BEGINS, b"\0" * 14) + attribute(
        2, tnef.TITLE, "Pièce d’identité.pdf\0".encode("cp1252")
    )
    one += attribute(2, tnef.DATA, b"%PDF-1.4")
    two = attribute(2, tnef.BEGINS, b"\0" * 14) + attribute(2, tnef.DATA, b"words")
    letter = written()
    letter.add_attachment(head + one + two, maintype="application", subtype="ms-tnef", filename="winmail.dat")
    found = read_letter(letter.as_bytes()).files
    assert found == (File("Pièce d’identité.pdf", b"%PDF-1.4"), File("pièce 2", b"words"))
    assert tnef.unpacked(head, "winmail.dat") == [], "it only says how the letter looks"
    cut = head + one[:-8]
    assert tnef.unpacked(cut, "winmail.dat") == [("winmail.dat", cut)]
    assert tnef.unpacked(b"MZ", "winmail.dat") == [("winmail.dat", b"MZ")]


def test_what_outlook_wrapped_and_cannot_be_read_to_its_end_stays_whole() -> None:
    head = tnef.MARK + b"\1\0" + attribute(1, 0x800C, b"words")
    one = attribute(2, tnef.BEGINS, b"\0" * 14) + attribute(2, tnef.DATA, b"%PDF-1.4")
    assert len(tnef.unpacked(head + one * tnef.MOST + b"\0" * 4, "winmail.dat")) == tnef.MOST
    damaged = (
        tnef.MARK,
        tnef.MARK + b"\1\0" + b"\7" * 40,
        head + b"\7" * 40,
        head + one + b"\7" + one,
        head + one + one[:8],
        head + one * (tnef.MOST + 1),
    )
    for data in damaged:
        assert tnef.unpacked(data, "winmail.dat") == [("winmail.dat", data)]


def test_a_very_long_letter_keeps_nobody_waiting() -> None:
    letter = written("Une ligne de plus, puis une autre. " * 100_000)
    began = time.process_time()
    (whole,) = read_letter(letter.as_bytes()).files
    assert len(whole.data) > 3_000_000 and time.process_time() - began < 5
