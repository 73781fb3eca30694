"""The screens of Slack: the scenes at its door, and HTML of their Block Kit by npm's
slack-blocks-to-jsx. They are no screenshots of Slack's client, which looks a little different.
"""

from __future__ import annotations

import json
import re
import subprocess
from html import escape
from pathlib import Path
from typing import Any

from tests.drivers.screen import Person
from tests.drivers.slack import SlackDriver
from tests.fakes.sample_cast import EVENT, KATO, QUESTION, SATO, WIN
from tests.fakes.slack_requests import command, message_shortcut
from tests.screens.scenes import NODE, Album, Json

HERE = Path(__file__).parent
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


class SlackAlbum(Album):
    """Block Kit by name; and what only Slack has: commands, shortcuts, channels, the Home tab."""

    driver: SlackDriver

    def keep_home(self, name: str, person: Person) -> None:
        """The person's Home tab, if it was published."""
        home = self.driver.slack.homes.get(f"U0{person.id.upper()}")
        if home:
            self.add(name, home)

    def add(self, name: str, native: Json) -> None:
        kept = ("type", "title", "submit", "close", "blocks")
        self.pages.append({"name": name, **{key: native[key] for key in kept if key in native}})

    async def before_sharing(self, sato: Person) -> None:
        await _command(self.driver, sato, "共有")
        self.keep("share-form", sato)
        shortcut = message_shortcut(WIN, poster=f"U0{SATO.upper()}")
        await _interact(self.driver, sato, shortcut)
        self.keep("share-from-message", sato)
        await sato.presses("内容を確認する")
        self.keep("share-preview", sato)
        await _command(self.driver, sato, f"共有 {EVENT}")
        self.keep("share-stopped", sato, at=-2)  # the last one says it in the chat as well

    async def after_finding(self, mori: Person) -> None:
        mori.screens += await self.driver.mention(mori.id, QUESTION)
        self.keep("found-in-channel", mori)

    async def asks_for(self, kato: Person) -> None:
        await _command(self.driver, kato, "聞き書き 藤井")

    async def homes(self, people: dict[str, Person]) -> None:
        for name, who in (("home", SATO), ("home-promoter", KATO)):
            await self.driver.opens_home(who)
            self.keep_home(name, people[who])

    async def english_form(self, ito: Person) -> None:
        await _command(self.driver, ito, "share")
        self.keep("share-form-en", ito)


def drawn(found: list[Json]) -> list[str]:
    """A page of HTML for each screen. RuntimeError when node is not there or fails."""
    command = [NODE, str(HERE / "render.mjs")]
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


async def _command(driver: SlackDriver, person: Person, text: str) -> None:
    await _interact(driver, person, command(text))


async def _interact(driver: SlackDriver, person: Person, payload: Json) -> None:
    """What a person does outside the direct message."""
    user = f"U0{person.id.upper()}"
    payload["trigger_id"] = f"{person.id}.{next(driver.numbers)}"
    if "command" in payload:
        payload["user_id"] = user
    else:
        payload["user"]["id"] = user
    await driver._post(payload)
    await person.opens_mail()
