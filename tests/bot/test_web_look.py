"""The pages' colours can be read: contrast of every pair of text and ground, by WCAG 2.2 AA."""

import hashlib
import re
from pathlib import Path

import pytest

import bot.web

CSS = (Path(bot.web.__path__[0]) / "static" / "page.css").read_text(encoding="utf-8")
COLOURS = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", CSS)) | {"white": "#ffffff"}
TEXTS = [
    ("ink", "paper"), ("ink", "card"), ("ink", "seed"), ("ink", "mark"), ("soft", "paper"),
    ("soft", "card"), ("accent-dark", "paper"), ("accent-dark", "card"), ("white", "accent"),
    ("good", "good-paper"), ("good", "card"), ("warn", "warn-paper"),
]  # fmt: skip


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(sign * 2 for sign in digits)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("text", "ground"), TEXTS)
def test_a_text_stands_out_from_its_ground(text: str, ground: str) -> None:
    assert contrast(COLOURS[text], COLOURS[ground]) >= 4.5


@pytest.mark.parametrize("ground", ["paper", "card"])
def test_focus_and_the_edge_of_inputs_can_be_seen(ground: str) -> None:
    assert contrast(COLOURS["focus"], COLOURS[ground]) >= 3
    assert contrast("#8f8172", COLOURS[ground]) >= 3


def test_the_style_sheet_asks_for_nothing_outside() -> None:
    assert "url(" not in CSS
    assert "@import" not in CSS
    assert len(CSS.splitlines()) <= 250


def test_htmx_is_the_published_file_unchanged() -> None:
    """htmx.org 2.0.11 from npm, dist/htmx.min.js; its licence (0BSD) lies beside it."""
    static = Path(bot.web.__path__[0]) / "static"
    found = hashlib.sha256((static / "htmx.min.js").read_bytes()).hexdigest()
    assert found == "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717"
    assert "Zero-Clause BSD" in (static / "htmx.LICENSE").read_text(encoding="utf-8")
