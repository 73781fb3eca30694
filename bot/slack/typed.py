"""What is typed into forms and not sent yet: Slack tells no values when a form is closed.

Only the newest state of an open form, only in memory: it is written nowhere until the person
closes the form. A restart, or another replica that hears of the closing, does not know it.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from bot.slack import forms

Raw = dict[str, Any]

TEXT = "plain_text_input"
_MOST = 1_000  # own: open forms that are remembered; the oldest goes first


def telling(blocks: list[Raw]) -> None:
    """Has Slack tell each change of the required texts, with the state of the whole form."""
    for block in blocks:
        if block["type"] == "input" and block["element"]["type"] == TEXT and not block["optional"]:
            block["dispatch_action"] = True
            config = {"trigger_actions_on": ["on_character_entered"]}
            block["element"]["dispatch_action_config"] = config


@dataclass(slots=True)
class Typed:
    """The states of open forms by the id of their view."""

    _states: OrderedDict[str, Raw] = field(default_factory=OrderedDict)

    def followed(self, raw: Raw) -> Raw:
        """The envelope; of a form that was closed, with what stood in it."""
        view = raw.get("view") or {}
        if view.get("type") != "modal":
            return raw
        known = self._states.pop(view["id"], None)
        if _still_open(raw):
            self._keep(view["id"], view.get("state") or {})
        elif raw.get("type") == "view_closed" and known:
            return {**raw, "view": {**view, "state": known}}
        return raw

    def _keep(self, view_id: str, state: Raw) -> None:
        self._states[view_id] = state
        while len(self._states) > _MOST:
            self._states.popitem(last=False)


def _still_open(raw: Raw) -> bool:
    """Typed into, or sent with something missing: what stands in it is nowhere else."""
    if raw.get("type") == "view_submission":
        return bool(forms.errors(raw))
    return raw.get("type") == "block_actions" and raw["actions"][0]["type"] == TEXT
