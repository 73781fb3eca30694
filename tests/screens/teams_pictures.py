"""The screens of Teams: the scenes at its door, checked by the published schema and Microsoft's own
parser, and HTML that npm's adaptivecards draws in the browser in the light, dark and high-contrast
themes at the width of a phone. They are no screenshots of Teams, which looks a little different.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.drivers.screen import Person
from tests.drivers.teams import TeamsDriver
from tests.drivers.teams_box import TeamsBox, post_of
from tests.fakes.sample_cast import EVENT, QUESTION, WIN
from tests.screens.scenes import NODE, Album, Json

HERE = Path(__file__).parent
WIDTH = 3 * 390  # pixels: a phone for each theme
LIBRARIES = ("adaptivecards/dist/adaptivecards.min.js", "markdown-it/dist/markdown-it.min.js")
SCHEMA = HERE.parents[1] / "var/adaptive/adaptive_cards/schemas/schema-1.5.json"


class TeamsAlbum(Album):
    """Adaptive Cards by name; what Slack opens beside the chat, Teams shows in the card."""

    driver: TeamsDriver

    def add(self, name: str, native: Json) -> None:
        self.pages.append({"name": f"teams-{name}", "card": native})

    async def before_sharing(self, sato: Person) -> None:
        await sato.says("ホーム")
        await sato.presses("共有する")
        self.keep("share-form", sato)
        box = TeamsBox(self.driver, sato.id)
        await box.opens(post_of(WIN, f"aad-{sato.id}"))
        self._keep_dialog("share-from-message", box)
        await box.presses("内容を確認する")
        self._keep_dialog("share-preview", box)
        await box.opens(post_of(EVENT, f"aad-{sato.id}", "1730000000778"))
        self._keep_dialog("share-stopped", box)

    async def after_finding(self, mori: Person) -> None:
        box = TeamsBox(self.driver, mori.id)
        found = await box.query(QUESTION)
        self.add("found-for-a-chat", found["attachments"][0]["content"])
        await box.mentions(QUESTION)
        self.add("found-in-channel", box.sent_to(box.room["id"])[-1].native)

    def _keep_dialog(self, name: str, box: TeamsBox) -> None:
        self.add(name, box.dialog["card"]["content"])

    async def english_form(self, ito: Person) -> None:
        await ito.says("home")
        await ito.presses("Share")
        self.keep("share-form-en", ito)


def faults(found: list[Json]) -> dict[str, list[str]]:
    """What the schema and the parser say against each card; RuntimeError without node."""
    command = [NODE, str(HERE / "check.mjs"), str(SCHEMA)]
    cards = json.dumps([page["card"] for page in found])
    done = subprocess.run(command, input=cards, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    told = zip(found, json.loads(done.stdout), strict=True)
    return {page["name"]: errors for page, errors in told if errors}


def drawn(found: list[Json]) -> list[str]:
    """A page of HTML for each card; it draws itself when a browser shows it."""
    scripts = [(HERE / "node_modules" / name).read_text("utf-8") for name in LIBRARIES]
    scripts.append((HERE / "card.js").read_text("utf-8"))
    style = (HERE / "card.css").read_text("utf-8")
    head = f"<!doctype html><meta charset=utf-8><style>{style}</style><body>"
    head += "".join(f"<script>{script}</script>" for script in scripts)
    return [f"{head}<script>draw({_literal(page['card'])})</script>" for page in found]


def _literal(card: Json) -> str:
    return json.dumps(card).replace("</", "<\\/")
