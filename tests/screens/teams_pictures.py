"""The screens of Teams: the scenes at its door, checked by the published schema and Microsoft's own
parser, and HTML that npm's adaptivecards draws in the browser in the light, dark and high-contrast
themes at the width of a phone. They are no screenshots of Teams, which looks a little different.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.drivers.screen import Person
from tests.screens.scenes import Album, Json

HERE = Path(__file__).parent
WIDTH = 3 * 390  # pixels: a phone for each theme
LIBRARIES = ("adaptivecards/dist/adaptivecards.min.js", "markdown-it/dist/markdown-it.min.js")
SCHEMA = HERE.parents[1] / "var/adaptive/adaptive_cards/schemas/schema-1.5.json"


class TeamsAlbum(Album):
    """Adaptive Cards by name; what Slack opens beside the chat, Teams shows in the card."""

    def add(self, name: str, native: Json) -> None:
        self.pages.append({"name": f"teams-{name}", "card": native})

    async def before_sharing(self, sato: Person) -> None:
        await sato.says("ホーム")
        await sato.presses("共有する")
        self.keep("share-form", sato)

    async def english_form(self, ito: Person) -> None:
        await ito.says("home")
        await ito.presses("Share")
        self.keep("share-form-en", ito)


def faults(found: list[Json]) -> dict[str, list[str]]:
    """What the schema and the parser say against each card; RuntimeError without node."""
    command = ["node", str(HERE / "check.mjs"), str(SCHEMA)]
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
