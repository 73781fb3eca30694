"""The guard's screens on the web pages: their cards as the page draws them, as wide as a phone."""

from __future__ import annotations

from pathlib import Path

from tests.drivers.html import Node
from tests.screens import guard_scenes
from tests.screens.scenes import Album, Json

WIDTH = 390  # pixels: a phone
STYLE = Path(__file__).parents[2] / "bot/web/static/page.css"


class WebAlbum(Album):
    """Cards by name, as HTML."""

    def add(self, name: str, native: Node) -> None:
        self.pages.append({"name": f"web-{name}", "html": native.html()})


async def play(album: Album) -> list[Json]:
    """The guard's scenes alone: what else the pages show is in the browser's tests."""
    await guard_scenes.play(album)
    return album.pages


def drawn(found: list[Json]) -> list[str]:
    """A page of HTML for each card."""
    head = f"<!doctype html><html lang=ja><meta charset=utf-8><style>{STYLE.read_text()}</style>"
    return [f"{head}<body><main>{page['html']}</main>" for page in found]
