"""Draws every screen of Slack and Teams, and the guard's on the web, as a picture into docs/screens
(`make screens`).

The product runs against the strict fakes; npm packages make HTML of what they got, and chromium
the pictures. A card that the published schema or Microsoft's parser refuses ends it.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from bot.cli.migrate import migrate
from cases.embedding.bundled import BundledEncoder
from scheduler import buckets
from tests.drivers.browser import CHROMIUM, FLAGS
from tests.drivers.doors import door_of
from tests.fakes.house import make_company, settings_of
from tests.screens import slack_pictures, teams_pictures, web_pictures
from tests.screens.scenes import NODE, Json, play

HERE = Path(__file__).parent
FOLDER = HERE.parents[1] / "docs" / "screens"
PHONE, ON_A_PHONE = 390, "guard-"  # pixels; screens that are drawn as on a phone in any case
ALBUMS: dict[str, Any] = {
    "slack": slack_pictures.SlackAlbum,
    "teams": teams_pictures.TeamsAlbum,
    "web": web_pictures.WebAlbum,
}


def pages(name: str) -> list[Json]:
    """Every screen of a platform, by playing the scenes against a fresh sample company."""
    encoder = BundledEncoder()
    with tempfile.TemporaryDirectory() as made:
        template = Path(made) / "company.db"
        found = settings_of(template)
        if not migrate(found):
            raise RuntimeError("no database for the sample company")
        asyncio.run(make_company(found, encoder))
        with tempfile.TemporaryDirectory() as lived:
            return asyncio.run(played(name, template, Path(lived), encoder))


async def played(name: str, template: Path, folder: Path, encoder: BundledEncoder) -> list[Json]:
    """The scenes at the door of that name, around a copy of the template."""
    async with door_of(name)(template, folder, encoder) as driver:
        scenes = web_pictures.play if name == "web" else play
        return await scenes(ALBUMS[name](driver))


def photograph(found: list[Json], html: list[str], folder: Path, *, width: int) -> int:
    """Writes one PNG a screen; bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": width, "height": 100})
        for screen, text in zip(found, html, strict=True):
            page.set_content(text)
            if screen["name"].startswith(ON_A_PHONE):
                page.add_style_tag(content=f"body {{ width: {PHONE}px !important; }}")
            page.set_viewport_size({"width": _wide(screen["name"], width), "height": 100})
            page.screenshot(path=folder / f"{screen['name']}.png", full_page=True)
        browser.close()
    made = [folder / f"{screen['name']}.png" for screen in found]
    subprocess.run([NODE, str(HERE / "shrink.mjs"), *map(str, made)], check=True)
    return sum(file.stat().st_size for file in made)


def _wide(name: str, width: int) -> int:
    return PHONE if name.startswith(ON_A_PHONE) else width


def tidy(names: set[str], folder: Path) -> None:
    """Removes the pictures of screens that are no more."""
    for old in folder.glob("*.png"):
        if old.stem not in names:
            old.unlink()


def main() -> None:
    """All of it, and a line a platform that says how large it is."""
    for platform in ALBUMS:
        buckets.LIMITS.pop((platform, buckets.CHAT), None)  # one person plays many
    teams = pages("teams")
    if wrong := teams_pictures.faults(teams):
        sys.exit("\n".join(f"{name}: {errors}" for name, errors in wrong.items()))
    slack, web = pages("slack"), pages("web")
    kinds: list[tuple[list[Json], Any]] = [
        (slack, slack_pictures),
        (teams, teams_pictures),
        (web, web_pictures),
    ]
    for found, kind in kinds:
        size = photograph(found, kind.drawn(found), FOLDER, width=kind.WIDTH)
        sys.stdout.write(f"{len(found)} screens, {size / 1e6:.1f} MB, in {FOLDER}\n")
    tidy({page["name"] for page in (*slack, *teams, *web)}, FOLDER)


if __name__ == "__main__":
    main()
