"""Draws every Slack screen as a picture into docs/screens (`make screens`).

The product runs against the fake Slack; slack-blocks-to-jsx (npm) makes HTML of its Block Kit, and
chromium the pictures. They are no screenshots of Slack's client, which looks a little different.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from bot.cli.migrate import migrate
from cases.embedding.bundled import BundledEncoder
from scheduler import buckets
from tests.drivers.browser import CHROMIUM, FLAGS
from tests.drivers.doors import slack_door
from tests.drivers.slack import SlackDriver
from tests.fakes.house import make_company, settings_of
from tests.screens.scenes import play

Json = dict[str, Any]
HERE = Path(__file__).parent
FOLDER = HERE.parents[1] / "docs" / "screens"
WIDTH = 640  # pixels; a modal of Slack is 520 wide
# Slack shows its own words there, in the member's language; and it reads no emoji in 8:30–18:00.
THEIRS = {
    r"Write something|↵ Please &#x27;enter&#x27; to submit": "",
    r"Pick an option|Select options": "⌄",
    r"(\d)::(\d)": r"\1:\2",
}
STYLE = """
* { box-sizing: border-box; }
body { margin: 0; padding: 16px; background: #fff; color: #1d1c1d; width: 640px;
  font: 15px/1.47 Lato, 'Noto Sans', 'Noto Sans CJK JP', sans-serif; }
.from { display: flex; gap: 8px; align-items: baseline; margin: 0 0 6px; font-weight: 900; }
.from small { font-weight: 400; color: #616061; font-size: 12px; }
.app { background: #ececec; border-radius: 2px; padding: 0 3px; font-size: 10px; }
.modal { border: 1px solid #d1d1d1; border-radius: 10px; box-shadow: 0 8px 30px #0002; }
.modal > header, .modal > footer { display: flex; padding: 14px 20px; font-weight: 900; }
.modal > header { justify-content: space-between; font-size: 20px; border-bottom: 1px solid #ddd; }
.modal > footer { justify-content: end; gap: 10px; border-top: 1px solid #ddd; font-size: 15px; }
.modal > footer span { border: 1px solid #bbb; border-radius: 4px; padding: 6px 12px; }
.modal > footer .go { background: #007a5a; border-color: #007a5a; color: #fff; }
.modal > div { padding: 6px 20px 16px; }
"""


def pages() -> list[Json]:
    """The Block Kit of every screen, by playing the scenes against a fresh sample company."""
    encoder = BundledEncoder()
    with tempfile.TemporaryDirectory() as made, tempfile.TemporaryDirectory() as lived:
        template = Path(made) / "company.db"
        found = settings_of(template)
        if not migrate(found):
            raise RuntimeError("no database for the sample company")
        asyncio.run(make_company(found, encoder))
        return asyncio.run(_played(template, Path(lived), encoder))


async def _played(template: Path, folder: Path, encoder: BundledEncoder) -> list[Json]:
    async with slack_door(template, folder, encoder) as driver:
        assert isinstance(driver, SlackDriver)
        return await play(driver)


def drawn(found: list[Json]) -> list[str]:
    """A page of HTML for each screen. RuntimeError when node is not there or fails."""
    command = ["node", str(HERE / "render.mjs")]
    chosen = json.dumps([_chosen(screen) for screen in found])
    done = subprocess.run(command, input=chosen, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    style = (HERE / "node_modules/slack-blocks-to-jsx/dist/style.css").read_text("utf-8")
    head = f"<!doctype html><meta charset=utf-8><style>{style}{STYLE}</style>"
    pages = json.loads(done.stdout)
    return [head + _framed(screen, _mended(one)) for screen, one in zip(found, pages, strict=True)]


def _chosen(value: Any) -> Any:
    """The library draws no first choice of a list: it goes where the placeholder is drawn."""
    if isinstance(value, list):
        return [_chosen(one) for one in value]
    if not isinstance(value, dict):
        return value
    made = {key: _chosen(one) for key, one in value.items()}
    if value.get("type") == "static_select" and "initial_option" in value:
        made["placeholder"] = value["initial_option"]["text"]
    return made


def _mended(html: str) -> str:
    """Without what the drawing library writes of its own into inputs."""
    for theirs, ours in THEIRS.items():
        html = re.sub(theirs, ours, html)
    return html


def _framed(screen: Json, inner: str) -> str:
    if screen.get("type") == "modal":
        submit = screen.get("submit", {}).get("text", "")
        go = f"<span class=go>{escape(submit)}</span>" if submit else ""
        title = escape(screen["title"]["text"])
        shut = screen.get("close", {}).get("text", "")
        footer = (
            f"<footer><span>{escape(shut)}</span>{go}</footer>"
            if shut
            else f"<footer>{go}</footer>"
        )
        return f"<div class=modal><header>{title}<i>✕</i></header><div>{inner}</div>{footer}</div>"
    name = "ホーム" if screen.get("type") == "home" else "11:00"
    head = f"<p class=from>ヒトツブ <span class=app>アプリ</span><small>{name}</small></p>"
    return f"{head}{inner}"


def photograph(found: list[Json], html: list[str], folder: Path) -> int:
    """Writes one PNG a screen, and removes the pictures of screens that are no more; bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": WIDTH, "height": 200})
        for screen, text in zip(found, html, strict=True):
            page.set_content(text)
            page.screenshot(path=folder / f"{screen['name']}.png", full_page=True)
        browser.close()
    return sum(file.stat().st_size for file in folder.glob("*.png"))


def main() -> None:
    """All of it, and a line that says how large it is."""
    del buckets.LIMITS["slack", buckets.CHAT]  # one person plays many
    found = pages()
    size = photograph(found, drawn(found), FOLDER)
    sys.stdout.write(f"{len(found)} screens, {size / 1e6:.1f} MB, in {FOLDER}\n")


if __name__ == "__main__":
    main()
