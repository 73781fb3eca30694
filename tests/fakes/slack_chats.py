"""chat.* and response_url of the fake Slack: messages, ephemeral ones and links to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fakes import slack_limits
from tests.fakes.slack_requests import NOW
from tests.fakes.slack_state import (
    BOT,
    BOT_ID,
    Hook,
    Json,
    Refused,
    Workspace,
    direct_of,
    needed,
    structured,
)

HOOK_USES, HOOK_SECONDS = 5, 30 * 60
_STRUCTURED = ("blocks", "metadata", "attachments")


def post(slack: Workspace, arguments: Json) -> Json:
    """chat.postMessage: a user id as the channel means the direct message."""
    needed(arguments, "channel")
    sent = _checked(slack, arguments)
    channel = arguments["channel"]
    if channel.startswith(("U", "W")):
        if not slack.is_person(channel):
            raise Refused("user_not_found")
        channel = direct_of(channel)
    if slack.joined(channel).archived:
        raise Refused("is_archived")
    if sent.get("thread_ts"):
        slack.message(channel, sent["thread_ts"], "thread_not_found")
    made = {**sent, "channel": channel, "ts": _next_ts(slack), "user": BOT, "bot_id": BOT_ID}
    slack.messages.append(made)
    return {"ok": True, "channel": channel, "ts": made["ts"], "message": _shown(made)}


def post_ephemeral(slack: Workspace, arguments: Json) -> Json:
    """chat.postEphemeral: only `user` sees it, who has to be in the channel."""
    needed(arguments, "channel", "user")
    sent = _checked(slack, arguments)
    if slack.joined(arguments["channel"]).archived:
        raise Refused("is_archived")
    if not slack.is_member(arguments["user"], arguments["channel"]):
        raise Refused("user_not_in_channel")
    made = {**sent, "message_ts": _next_ts(slack)}
    slack.ephemerals.append(made)
    return {"ok": True, "message_ts": made["message_ts"]}


def update(slack: Workspace, arguments: Json) -> Json:
    """chat.update: the bot's own messages only."""
    needed(arguments, "channel", "ts")
    sent = _checked(slack, arguments)
    found = slack.message(arguments["channel"], arguments["ts"])
    if found.get("user", BOT) != BOT:
        raise Refused("cant_update_message")
    found.update({key: sent[key] for key in ("text", "blocks", "metadata") if key in sent})
    return {"ok": True, "channel": found["channel"], "ts": found["ts"], "text": found["text"]}


def delete(slack: Workspace, arguments: Json) -> Json:
    """chat.delete: a bot's token deletes the bot's own messages only."""
    needed(arguments, "channel", "ts")
    found = slack.message(arguments["channel"], arguments["ts"])
    if found.get("user", BOT) != BOT:
        raise Refused("cant_delete_message")
    slack.messages.remove(found)
    return {"ok": True, "channel": found["channel"], "ts": found["ts"]}


def permalink(slack: Workspace, arguments: Json) -> Json:
    """chat.getPermalink."""
    needed(arguments, "channel", "message_ts")
    found = slack.message(arguments["channel"], arguments["message_ts"])
    place = f"{found['channel']}/p{found['ts'].replace('.', '')}"
    return {
        "ok": True,
        "channel": found["channel"],
        "permalink": f"https://hibiki.slack.com/archives/{place}",
    }


def hook(slack: Workspace, number: str, body: Json) -> str | None:
    """A POST to a response_url; None when it is used up, else what Slack answers."""
    found = slack.hooks.get(number)
    if found is None or found.uses >= HOOK_USES or slack.clock - found.at > HOOK_SECONDS:
        return None
    found.uses += 1
    if body.get("delete_original") or body.get("replace_original"):
        _forget(slack, found)
    if body.get("delete_original"):
        return "ok"
    sent = _checked(slack, body)
    if body.get("response_type") == "in_channel":
        made = {**sent, "channel": found.channel, "ts": _next_ts(slack), "user": BOT}
        slack.messages.append({**made, "bot_id": BOT_ID})
        return "ok"
    place = {"channel": found.channel, "user": found.user, "message_ts": _next_ts(slack)}
    slack.ephemerals.append({**sent, **place})
    return "ok"


def _forget(slack: Workspace, found: Hook) -> None:
    slack.ephemerals[:] = [one for one in slack.ephemerals if one["message_ts"] != found.ts]
    slack.messages[:] = [
        one for one in slack.messages if (one["channel"], one["ts"]) != (found.channel, found.ts)
    ]


def _checked(slack: Workspace, arguments: Json) -> Json:
    sent = dict(arguments)
    for name in _STRUCTURED:
        if name in sent:
            sent[name] = structured(sent[name])
    text = str(sent.get("text") or "")
    if not text and not sent.get("blocks"):
        raise Refused("no_text")
    if len(text) > 40_000:
        raise Refused("msg_too_long")
    if "metadata" in sent:
        _check_metadata(sent["metadata"])
    slack.refuse_unless(slack_limits.check_message, sent, "invalid_blocks")
    return sent


def _check_metadata(metadata: Any) -> None:
    if not isinstance(metadata, dict) or set(metadata) != {"event_type", "event_payload"}:
        raise Refused("invalid_metadata_format")
    if not metadata["event_type"] or not isinstance(metadata["event_payload"], dict):
        raise Refused("invalid_metadata_schema")


def _shown(message: Json) -> Json:
    names = ("user", "bot_id", "text", "ts", "blocks", "thread_ts")
    return {"type": "message", **{name: message[name] for name in names if name in message}}


def _next_ts(slack: Workspace) -> str:
    return f"{NOW + next(slack.numbers)}.000100"


METHODS: dict[str, Callable[[Workspace, Json], Json]] = {
    "chat.postMessage": post,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update,
    "chat.delete": delete,
    "chat.getPermalink": permalink,
}
