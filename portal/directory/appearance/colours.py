"""A town's colour: whether white text can be read on it, the nearest one on which it can, and what follows from it.

Contrast is WCAG's: (lighter + 0.05) / (darker + 0.05), of relative luminances.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from portal.errors import N_, Refused

USUAL = "#0d4a57"
ENOUGH = 4.5  # WCAG 1.4.3, for text of any size
WHITE = "#ffffff"
PAPERS = ("#f8f6f1", "#efece4")  # what links stand on beside white: --paper and --sunken of tokens.css
TINT, DEEP = 0.09, 0.66  # how much of the colour is in --tint (with white) and --town-deep (with black)

_LONG = re.compile(r"#?([0-9a-f]{6})")
_SHORT = re.compile(r"#?([0-9a-f])([0-9a-f])([0-9a-f])")


class Light(NamedTuple):
    """A colour as light: red, green and blue from 0 to 1, which may be added and scaled."""

    red: float
    green: float
    blue: float

    @property
    def luminance(self) -> float:
        return 0.2126 * self.red + 0.7152 * self.green + 0.0722 * self.blue


def read_colour(typed: str) -> str:
    """« 0D4A57 » or « #abc » as « #rrggbb ». Refuses what is no such colour."""
    words = typed.strip().lower()
    if found := _LONG.fullmatch(words):
        return f"#{found[1]}"
    if found := _SHORT.fullmatch(words):
        return "#" + "".join(one * 2 for one in found.groups())
    raise Refused(
        N_("Écrivez la couleur comme dans votre charte : # puis six chiffres ou lettres de a à f."),
        field="colour",
    )


def check_colour(colour: str) -> None:
    """Refuses a colour on which white text is hard to read, and names the nearest on which it is not."""
    found = contrast(colour, WHITE)
    if found < ENOUGH:
        raise Refused(
            N_(
                "Le texte blanc se lit mal sur %(colour)s : le contraste est de %(contrast)s, il faut 4,5. "
                "La couleur la plus proche qui convient est %(nearest)s."
            ),
            field="colour",
            colour=colour,
            contrast=f"{int(found * 100) / 100:.2f}".replace(".", ","),
            nearest=nearest(colour),
        )


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black and white)."""
    darker, lighter = sorted((_light(one).luminance, _light(other).luminance))
    return (lighter + 0.05) / (darker + 0.05)


def nearest(colour: str, papers: tuple[str, ...] = (WHITE,)) -> str:
    """The same hue with just as much less light as is needed to stand out from every one of `papers`."""
    light = _light(colour)
    most = min((_light(paper).luminance + 0.05) / ENOUGH - 0.05 for paper in papers)
    if light.luminance <= most:
        return colour
    share = most / light.luminance
    return "#" + "".join(f"{int(_written(part * share)):02x}" for part in light)


def sheet(colour: str) -> str:
    """The style sheet that dresses the pages in this colour: in the layer of the defaults, after them."""
    papers = (WHITE, *PAPERS, _mixed(colour, WHITE, TINT))
    says = {
        "town": colour,
        "town-deep": _mixed(colour, "#000000", DEEP),
        "town-ink": nearest(colour, papers),  # of links
    }
    return "@layer tokens{:root{" + ";".join(f"--{name}:{value}" for name, value in says.items()) + "}}\n"


def _mixed(one: str, other: str, share: float) -> str:
    """As `color-mix(in srgb, …)` does, but never lighter for having been rounded."""
    pairs = zip(_parts(one), _parts(other), strict=True)
    return "#" + "".join(f"{int(share * a + (1 - share) * b):02x}" for a, b in pairs)


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour.removeprefix("#")))


def _light(colour: str) -> Light:
    parts = (part / 255 for part in _parts(colour))
    return Light(*(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts))


def _written(part: float) -> float:
    """From light to the number that a colour is written with, 0 to 255."""
    return 255 * (12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055)
