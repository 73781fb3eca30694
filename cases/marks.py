"""The emoji that marks a message as a case, in the rooms where a company lets the bot listen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cases import audit, rights
from cases.db import Shelf
from cases.errors import BadInput
from cases.rights import Action

EMOJI = "seedling"
_NAME = re.compile(r"[\w+'-]{1,100}")  # an emoji's name on a chat platform, without its colons


def emoji_of(settings: Mapping[str, Any]) -> str:
    """The emoji in a company's settings; empty: marking is off."""
    return str(settings.get("emoji", EMOJI))


async def choose_emoji(shelf: Shelf, typed: str) -> None:
    """事務局 chooses the emoji by its name, with or without colons; nothing typed turns it off.

    Raises NotAllowed, or BadInput for what is no name.
    """
    rights.need(shelf, Action.SETTINGS)
    name = typed.strip().strip(":").partition("::")[0].lower()
    if name and not _NAME.fullmatch(name):
        raise BadInput("emoji")
    company = await shelf.people.company()
    if name != emoji_of(company.settings):
        company.settings = {**company.settings, "emoji": name}
        await audit.record(shelf, "company.emoji", company.id)
