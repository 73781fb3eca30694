"""What did not arrive and what is paused, for administrators: the reason, and what they can do."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.conversation.standing import shut_out
from bot.conversation.turn import Turn
from bot.views.elements import Actions, Button, Card, Divider, Part, Style, Text
from bot.views.words import say
from cases import rights
from cases.db import Shelf
from cases.rights import Action
from scheduler import board

TOKYO = ZoneInfo("Asia/Tokyo")
FEW = 10  # messages on one card; `hitotsubu deliveries` lists more
_REASONS = {
    "person": (
        "user_not_found user_disabled cannot_dm_bot account_blocked MessageWritesBlocked "
        "ConversationBlockedByUser BotNotInConversationRoster ForbiddenOperationException "
        "BotDisabledByAdmin"
    ),
    "room": "channel_not_found not_in_channel is_archived ConversationNotFound",
    "size": (
        "MessageSizeTooBig msg_too_long msg_blocks_too_long invalid_blocks invalid_blocks_format "
        "no_text"
    ),
    "address": "no_address no_account",
    "place": "platform_not_connected",
    "key": (
        "token_revoked token_expired invalid_auth not_authed account_inactive login_refused "
        "org_login_required team_access_not_granted app_incomplete BotNotRegistered "
        "invalid_refresh_token team_access_revoked"
    ),
    "gone": "app_uninstalled tokens_revoked",
}
_WORD_OF = {code: word for word, codes in _REASONS.items() for code in codes.split()}


async def problems(shelf: Shelf, locale: str) -> list[Part]:
    """Paused workspaces and messages that are stuck, with buttons; nothing for anybody else."""
    if not rights.may(shelf.scope, Action.DELIVERIES):
        return []
    parts: list[Part] = []
    for pause in await board.pauses(shelf):
        what = say(locale, "sending.paused", platform=pause.platform)
        resume = Button(say(locale, "sending.resume"), "sending.resume", pause.workspace_id)
        parts += [Divider(), Text(what, Style.STRONG), Text(_why(pause.reason, locale))]
        if pause.reason not in board.GONE:  # only an installation brings it back
            parts.append(Actions((resume,)))
    for stuck in await board.stuck(shelf, FEW):
        parts += [
            Divider(),
            Text(await _what(shelf, stuck, locale)),
            Actions(_deeds(stuck, locale)),
        ]
    return [*parts, *await shut_out(shelf, locale)]


async def again(turn: Turn, delivery_id: str) -> None:
    """［もう一度送る］: somebody looked, and it is not there."""
    async with turn.transaction() as shelf:
        await board.send_again(shelf, delivery_id)
        await _rest(turn, shelf, "sending.is_sent_again")


async def arrived(turn: Turn, delivery_id: str) -> None:
    """［送信済みにする］: somebody saw it."""
    async with turn.transaction() as shelf:
        await board.mark_sent(shelf, delivery_id)
        await _rest(turn, shelf, "sending.is_marked")


async def resume(turn: Turn, workspace_id: str) -> None:
    """［再開する］: what waited there is sent from now on."""
    async with turn.transaction() as shelf:
        await board.resume(shelf, workspace_id)
        await _rest(turn, shelf, "sending.is_resumed")


async def _rest(turn: Turn, shelf: Shelf, done: str) -> None:
    """What was done, and what is left to decide on."""
    left = await problems(shelf, turn.locale)
    turn.replace(Card((Text(turn.words(done), Style.GOOD), *left)))


async def _what(shelf: Shelf, stuck: board.Stuck, locale: str) -> str:
    member = await shelf.people.member(stuck.member_id) if stuck.member_id else None
    unsure = stuck.state in board.UNSURE
    why = say(locale, "sending.unsure") if unsure else _why(stuck.outcome, locale)
    kind = stuck.kind if stuck.kind in KINDS else "other"
    return say(
        locale,
        "sending.stuck",
        time=f"{stuck.due_at.astimezone(TOKYO):%m/%d %H:%M}",
        kind=say(locale, f"sending.kind_{kind}"),
        whom=member.name if member else say(locale, "sending.room"),
        why=why,
    )


KINDS = ("reply", "monthly_digest", "reflection", "trial_follow_up", "impact_note", "office_share")


def _deeds(stuck: board.Stuck, locale: str) -> tuple[Button, ...]:
    send = Button(say(locale, "sending.again"), "sending.again", stuck.id)
    seen = Button(say(locale, "sending.arrived"), "sending.arrived", stuck.id)
    return (seen, send) if stuck.state in board.UNSURE else (send,)


def _why(code: str, locale: str) -> str:
    """The reason in plain words, and the code for whoever asks the platform's support."""
    word = "made" if code.startswith("not_rendered") else _WORD_OF.get(code, "other")
    return say(locale, f"sending.why_{word}", code=code or "-")
