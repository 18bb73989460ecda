"""What a voice reads: the hour of a clock is said as people say it."""

from __future__ import annotations

import pytest

from portal.lines.pronouncing import pronounced


@pytest.mark.parametrize(
    ("language", "written", "said"),
    [
        ("fr", "Ouvre demain à 08:30.", "Ouvre demain à 8 heures 30."),
        ("fr", "De 8h à 12 h 05, puis 13h30-17h.", "De 8 heures à 12 heures 5, puis 13 heures 30-17 heures."),
        ("fr", "Ouvert de 01:00 à 12:00, et jusqu’à 00:00.", "Ouvert de 1 heure à midi, et jusqu’à minuit."),
        ("fr", "Réponse sous 12 h, jamais plus de 48 h.", "Réponse sous 12 heures, jamais plus de 48 h."),
        ("fr", "Réf. 12:345, le 8 hiver, 10:20:30, 3 habitants, B12 h3", None),
        ("fr", "Appelez le 15, le 17, le 18 ou le 112 ; 05 62 45 67 89.", None),
        ("en", "Opens today at 08:30. Press 1.", "Opens today at 8:30 a.m. Press 1."),
        ("en", "Open until 17:00, or 12:00.", "Open until 5 p.m., or noon."),
        ("en", "From 8.30 am to 12:05 pm", "From 8:30 a.m. to 12:05 p.m."),
        ("en", "Monday 00:00 to 13:15 on 8.30 euros", "Monday midnight to 1:15 p.m. on 8.30 euros"),
        ("en", "Open 9:00 AM to 5:30 P.M. today", "Open 9 a.m. to 5:30 p.m. today"),
        ("ar", "حتى 5:30 م ثم 7:00 ليلًا", "حتى الساعة الخامسة والنصف مساءً ثم الساعة السابعة ليلًا"),
        ("ar", "يفتح غداً الساعة 08:30.", "يفتح غداً الساعة الثامنة والنصف صباحًا."),
        ("ar", "من 13:15 إلى 18:00", "من الساعة الواحدة والربع بعد الظهر إلى الساعة السادسة مساءً"),
        ("ar", "مفتوح حتى الساعة 12:00 أو 00:00", "مفتوح حتى الساعة الثانية عشرة ظهرًا أو منتصف الليل"),
        ("ar", "الساعة 9:07 صباحًا", "الساعة التاسعة و 7 دقائق صباحًا"),
    ],
)
def test_hours_are_said_as_people_say_them(language: str, written: str, said: str | None) -> None:
    assert pronounced(written, language) == (said or written)
