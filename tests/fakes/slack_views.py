"""views.* of the fake Slack: triggers that expire, a stack of three, hashes, the Home tab."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.fakes import slack_limits
from tests.fakes.slack_requests import TEAM
from tests.fakes.slack_state import (
    APP,
    BOT_ID,
    Json,
    Refused,
    Screen,
    Workspace,
    needed,
    structured,
)

TRIGGER_SECONDS = 3.0
STACK = 3
_LARGEST = 250_000  # bytes of a view


def opened(slack: Workspace, arguments: Json) -> Json:
    """views.open: a new stack; what the person had open is gone."""
    needed(arguments, "view")
    view = _checked(slack, arguments, slack_limits.check_view)
    user = _exchange(slack, arguments)
    close(slack, user)
    return _show(slack, user, view)


def pushed(slack: Workspace, arguments: Json) -> Json:
    """views.push: onto an open modal, three at most."""
    needed(arguments, "view")
    view = _checked(slack, arguments, slack_limits.check_view)
    user = _exchange(slack, arguments)
    return push(slack, user, view)


def updated(slack: Workspace, arguments: Json) -> Json:
    """views.update by view_id or external_id; a hash has to be the stored one."""
    needed(arguments, "view")
    view = _checked(slack, arguments, slack_limits.check_view)
    screen = _screen(slack, arguments)
    _check_hash(arguments, screen.hash)
    return renew(slack, screen, view)


def published(slack: Workspace, arguments: Json) -> Json:
    """views.publish: somebody's Home tab."""
    needed(arguments, "user_id", "view")
    view = _checked(slack, arguments, slack_limits.check_home)
    user = arguments["user_id"]
    if not slack.is_person(user):
        raise Refused("user_not_found")
    if not slack.home_tab:
        raise Refused("not_enabled")
    before = slack.homes.get(user, {})
    _check_hash(arguments, before.get("hash", ""))
    number = next(slack.screen_numbers)
    told = {**view, "id": before.get("id", f"V{number}"), "hash": f"{number}.home"}
    slack.homes[user] = told
    return {"ok": True, "view": told}


def answered(slack: Workspace, payload: Json, text: str) -> None:
    """What our acknowledgement of a view_submission does to the screens.

    Nothing closes one screen, `clear` all; `errors` names inputs of the view, by block_id.
    """
    screen = slack.screens.get((payload.get("view") or {}).get("id", ""))
    if payload.get("type") != "view_submission" or screen is None:
        return
    body = json.loads(text) if text else {}
    match body.get("response_action"):
        case "errors":
            inputs = {one["block_id"] for one in screen.view["blocks"] if one["type"] == "input"}
            if not body["errors"] or set(body["errors"]) - inputs:
                slack.complaints.append(f"errors on no input: {sorted(body['errors'])}")
        case "update":
            renew(slack, screen, _checked(slack, body, slack_limits.check_view))
        case "push":
            push(slack, screen.user, _checked(slack, body, slack_limits.check_view))
        case "clear":
            close(slack, screen.user)
        case _:
            del slack.screens[screen.id]


def push(slack: Workspace, user: str, view: Json) -> Json:
    """One more screen on top of the person's."""
    open_ones = [one for one in slack.screens.values() if one.user == user]
    if not open_ones:
        raise Refused("not_found")
    if len(open_ones) >= STACK:
        raise Refused("push_limit_reached")
    return _show(slack, user, view, below=open_ones[-1].id)


def renew(slack: Workspace, screen: Screen, view: Json) -> Json:
    """Another view in the place of one."""
    screen.view, screen.hash = view, f"{next(slack.screen_numbers)}.hash"
    slack.views.append(view)
    return {"ok": True, "view": told(screen)}


def close(slack: Workspace, user: str) -> None:
    """All screens of a person are closed."""
    for found in [one.id for one in slack.screens.values() if one.user == user]:
        del slack.screens[found]


def told(screen: Screen) -> Json:
    """A screen as Slack tells it in answers and in interactions."""
    fixed = {"team_id": TEAM, "app_id": APP, "bot_id": BOT_ID, "previous_view_id": screen.below}
    return {**fixed, **screen.view, "id": screen.id, "hash": screen.hash}


def _show(slack: Workspace, user: str, view: Json, below: str = "") -> Json:
    number = next(slack.screen_numbers)
    screen = Screen(f"V{number}", user, view, f"{number}.hash", below)
    slack.screens[screen.id] = screen
    slack.views.append(view)
    return {"ok": True, "view": told(screen)}


def _exchange(slack: Workspace, arguments: Json) -> str:
    """Whose trigger it was. It lives three seconds and is good for one screen."""
    needed(arguments, "trigger_id")
    found = slack.triggers.get(arguments["trigger_id"])
    if found is None:
        raise Refused("invalid_trigger_id")
    if found.used:
        raise Refused("exchanged_trigger_id")
    if slack.clock - found.at > TRIGGER_SECONDS:
        raise Refused("expired_trigger_id")
    found.used = True
    return found.user


def _screen(slack: Workspace, arguments: Json) -> Screen:
    for screen in slack.screens.values():
        outer = screen.view.get("external_id")
        if screen.id == arguments.get("view_id") or outer == arguments.get("external_id", 0):
            return screen
    raise Refused("not_found")


def _check_hash(arguments: Json, stored: str) -> None:
    if arguments.get("hash") and arguments["hash"] != stored:
        raise Refused("hash_conflict")


def _checked(slack: Workspace, arguments: Json, check: Callable[[Json], None]) -> Json:
    view: Json = structured(arguments["view"])
    if len(json.dumps(view)) > _LARGEST:
        raise Refused("view_too_large")
    slack.refuse_unless(check, view, "invalid_arguments")
    outer = view.get("external_id")
    if outer and any(
        one.view.get("external_id") == outer and one.id != arguments.get("view_id")
        for one in slack.screens.values()
    ):
        raise Refused("duplicate_external_id")
    return view


METHODS: dict[str, Callable[[Workspace, Json], Json]] = {
    "views.open": opened,
    "views.push": pushed,
    "views.update": updated,
    "views.publish": published,
}
