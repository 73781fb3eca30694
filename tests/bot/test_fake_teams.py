"""The fake Teams is as strict as the documentation: what real Teams refuses, it refuses too."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from bot.teams import cards
from bot.views.elements import Actions, Button, Card, Choice, Field, Fold, Kind, Text
from tests.fakes.teams_cards import check
from tests.fakes.teams_connector import APP, TENANT, FakeMicrosoft
from tests.fakes.teams_rooms import CARD, Refused, Rooms

Json = dict[str, Any]
BOT = f"28:{APP.app_id}"
CHOICES = (Choice("a", "面談"), Choice("b", "Web面談"))
WHOLE = Card(
    (
        Text("10月の好事例"),
        Text("強調", marks=((0, 2),)),
        Field("title", "題", required=True, error="書いてください"),
        Field("area", "領域", Kind.CHOICE, "a", CHOICES),
        Field("declared", "確認", Kind.TICKS, (), CHOICES),
        Fold("くわしく", (Text("中身"),)),
        Actions((Button("見てみる", "preview", "d1", primary=True),)),
    )
)
MESSAGE: Json = {**cards.message(WHOLE), "from": {"id": BOT}}


@pytest.fixture
def rooms() -> Rooms:
    found = Rooms(BOT)
    found.install("a:1", "personal", "29:sato", "aad-sato")
    return found


def refused(call: Any, *arguments: Any) -> tuple[int, str]:
    with pytest.raises(Refused) as found:
        call(*arguments)
    return found.value.status, found.value.code


def opening(user: str) -> Json:
    return {
        "bot": {"id": BOT},
        "members": [{"id": user}],
        "isGroup": False,
        "tenantId": TENANT,
        "channelData": {"tenant": {"id": TENANT}},
    }


def test_an_unknown_conversation_is_not_found(rooms: Rooms) -> None:
    assert refused(rooms.sent, "a:2", MESSAGE) == (404, "ConversationNotFound")
    assert refused(rooms.looked_up, "a:2") == (404, "ConversationNotFound")
    rooms.heard({"conversation": {"id": "a:2"}, "from": {"id": "29:mori"}})
    rooms.sent("a:2", MESSAGE)


@pytest.mark.parametrize("code", ["MessageWritesBlocked", "BotNotInConversationRoster"])
def test_who_blocked_the_bot_gets_nothing_more(rooms: Rooms, code: str) -> None:
    made = rooms.sent("a:1", MESSAGE)
    rooms.rooms["a:1"].refuses = code
    assert refused(rooms.sent, "a:1", MESSAGE) == (403, code)
    assert refused(rooms.updated, "a:1", made, MESSAGE) == (403, code)
    assert rooms.rooms["a:1"].own == {made: MESSAGE}


def test_a_chat_is_opened_once_and_only_where_the_app_is_installed(rooms: Rooms) -> None:
    assert rooms.opened(opening("aad-sato")) == "a:1"
    assert rooms.opened(opening("aad-mori")) == rooms.opened(opening("aad-mori"))
    rooms.uninstalled.add("aad-abe")
    assert refused(rooms.opened, opening("aad-abe")) == (403, "ForbiddenOperationException")


def test_only_the_bots_own_messages_change_and_only_in_their_chat(rooms: Rooms) -> None:
    made = rooms.sent("a:1", MESSAGE)
    rooms.install("a:2")
    rooms.updated("a:1", made, MESSAGE)
    gone = (404, "ActivityNotFoundInConversation")
    assert refused(rooms.updated, "a:2", made, MESSAGE) == gone
    assert refused(rooms.updated, "a:1", "m99", MESSAGE) == gone


@pytest.mark.parametrize(("calls", "seconds"), [(7, 1.0), (8, 2.0), (60, 30.0)])
def test_a_chat_takes_only_so_much(rooms: Rooms, calls: int, seconds: float) -> None:
    for _ in range(calls):
        rooms.sent("a:1", MESSAGE)
        rooms.clock += seconds / (calls + 1)
    with pytest.raises(Refused) as found:
        rooms.sent("a:1", MESSAGE)
    assert (found.value.status, found.value.code) == (429, "Throttled")
    rooms.install("a:2")
    rooms.sent("a:2", MESSAGE)  # another chat is another count
    rooms.clock += found.value.retry_after
    rooms.sent("a:1", MESSAGE)


def test_a_tenant_takes_thirty_calls_a_second(rooms: Rooms) -> None:
    for number in range(30):
        rooms.install(f"a:n{number}")
        rooms.sent(f"a:n{number}", MESSAGE)
    assert refused(rooms.sent, "a:1", MESSAGE) == (429, "Throttled")


def test_a_storm_ends_in_412_for_what_was_not_done_and_502_for_what_was(rooms: Rooms) -> None:
    rooms.storm, done = 1.0, []
    for _ in range(40):
        before = len(rooms.rooms["a:1"].own)
        rooms.clock += 2.1
        try:
            rooms.sent("a:1", MESSAGE)
        except Refused as found:
            done.append((found.status, len(rooms.rooms["a:1"].own) - before))
    assert set(done) == {(412, 0), (502, 1)}


def test_a_message_that_is_too_big_or_empty_or_somebody_elses_is_refused(rooms: Rooms) -> None:
    long = {"type": "message", "text": "あ" * 60_000, "from": {"id": BOT}}
    assert refused(rooms.sent, "a:1", long) == (413, "MessageSizeTooBig")
    assert refused(rooms.sent, "a:1", {"type": "message", "from": {"id": BOT}})[0] == 400
    assert refused(rooms.sent, "a:1", {**MESSAGE, "from": {"id": "28:other"}})[0] == 403
    other = {**MESSAGE, "conversation": {"id": "a:3"}}
    assert refused(rooms.sent, "a:1", other)[0] == 400
    assert rooms.complaints == []


def test_a_mention_that_is_not_in_the_text_is_a_complaint(rooms: Rooms) -> None:
    entity = {"type": "mention", "text": "<at>佐藤</at>", "mentioned": {"id": "29:sato"}}
    lost = {**MESSAGE, "text": "佐藤さん", "entities": [entity]}
    assert refused(rooms.sent, "a:1", lost) == (400, "BadArgument")
    assert len(rooms.complaints) == 1


def invoke(number: int, message: str) -> Json:
    return {
        "type": "invoke",
        "name": "adaptiveCard/action",
        "id": f"f:{number}",
        "replyToId": message,
        "conversation": {"id": "a:1"},
    }


def test_one_reply_to_each_invoke_in_the_place_of_its_card(rooms: Rooms) -> None:
    made = rooms.sent("a:1", MESSAGE)
    rooms.answered(invoke(1, made), 200, cards.answer(Card((Text("済み"),))))
    assert "済み" in str(rooms.rooms["a:1"].own[made])
    rooms.answered(invoke(1, made), 200, cards.answer(Card((Text("もう一度"),))))
    assert "もう一度" not in str(rooms.rooms["a:1"].own[made])
    assert rooms.complaints == []
    rooms.answered(invoke(2, "m99"), 200, cards.answer(WHOLE))
    rooms.answered(invoke(3, made), 200, {"statusCode": 200, "type": CARD, "value": {}})
    rooms.answered(invoke(4, made), 200, None)
    rooms.answered({"type": "message"}, 200, {})
    assert len(rooms.complaints) == 4


async def test_what_teams_refuses_fails_the_test_that_sent_it() -> None:
    fake = FakeMicrosoft()
    fake.rooms.install("a:1")
    bad = copy.deepcopy(MESSAGE)
    bad["attachments"][0]["content"]["body"][0]["wrap"] = False
    assert refused(fake.rooms.sent, "a:1", bad) == (400, "BadArgument")
    assert "wrap" in fake.rooms.complaints[0]


def test_a_whole_card_is_taken() -> None:
    check(cards.adaptive(WHOLE))


def change(card: Json, path: str, value: Any) -> None:
    """`body.2.label` becomes the value, or goes when that is None."""
    *way, last = path.split(".")
    at: Any = card
    for step in way:
        at = at[int(step)] if step.isdigit() else at[step]
    if value is None:
        del at[last]
    else:
        at[int(last) if last.isdigit() else last] = value


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("version", "1.6"),
        ("fallbackText", " "),
        ("fallbackText", "あ" * 15_000),  # over 28 KB
        ("body", []),
        ("body.0.type", "Media"),
        ("body.0.color", "Red"),
        ("body.0.style", "title"),
        ("body.0.onClick", "x"),
        ("body.0", {"type": "Action.Submit", "title": "x"}),
        ("body.1.inlines", []),
        ("body.2.items.1.label", None),
        ("body.2.items.1.label", ""),
        ("body.2.items.1.id", "area"),  # an id twice
        ("body.3.choices.0.title", ""),
        ("body.3.value", "c"),
        ("body.4.items.0.wrap", False),
        ("body.5.items.0.actions.0.targetElements", ["nothing"]),
        ("body.6.actions.0.title", ""),
        ("body.6.actions.0.fallback", None),
        ("body.6.actions.0.fallback.data", {}),
        ("body.6.actions.0.style", "positive"),
        ("body.6.actions", []),
    ],
)
def test_a_card_beyond_the_rules_is_found(path: str, value: Any) -> None:
    card = copy.deepcopy(cards.adaptive(WHOLE))
    change(card, path, value)
    with pytest.raises((AssertionError, KeyError)):
        check(card)


def test_a_seventh_button_is_found() -> None:
    card = copy.deepcopy(cards.adaptive(WHOLE))
    card["body"][6]["actions"] *= 7
    with pytest.raises(AssertionError):
        check(card)
