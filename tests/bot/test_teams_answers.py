"""What the Teams door answers: kept first, handled once, the card in the response."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.conversation.events import Open, Replace
from bot.views.elements import Button, Card, Field, Text
from tests.fakes.teams_door import Door, teams_door

HELLO = Card((Text("どうぞ"),))
KEPT = Card((Text("下書きに保存しました"),))
FORM = Card((Field("text", "内容", value="山田先生の件"),), submit=Button("送る", "share.check"))


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with teams_door() as found:
        yield found


async def test_a_signed_message_is_kept_and_then_handled(door: Door) -> None:
    assert await door.post(door.fake.activity()) == (200, None)
    await door.platform.close()
    assert door.desk.log == ["keep", "handle"]
    assert list(door.desk.kept) == [f"message:a:room|1730000000001:{'0' * 21}"]


async def test_a_repeated_delivery_has_one_effect(door: Door) -> None:
    for _ in range(3):
        assert (await door.post(door.fake.activity()))[0] == 200
    await door.platform.close()
    assert door.desk.log.count("handle") == 1


async def test_teams_comes_again_when_the_inbox_cannot_commit(door: Door) -> None:
    door.desk.broken = True
    assert (await door.post(door.fake.activity()))[0] == 500
    assert (await door.post(door.fake.pressed("try")))[0] == 500
    door.desk.broken = False
    assert (await door.post(door.fake.activity()))[0] == 200


async def test_a_pressed_button_gets_its_new_card_in_the_answer(door: Door) -> None:
    door.desk.replies = [Replace(HELLO)]
    status, body = await door.post(door.fake.pressed("try", "case-1"))
    assert status == 200
    assert body["statusCode"] == 200
    assert body["type"] == "application/vnd.microsoft.card.adaptive"
    assert body["value"]["body"][0]["text"] == "どうぞ"
    assert door.desk.log == ["keep", "handle"]
    assert door.fake.tried == []


async def test_a_form_comes_in_the_answer_and_the_rest_as_messages(door: Door) -> None:
    door.desk.replies = [Open(HELLO), Replace(Card((Text("済み"),))), Open(HELLO)]
    _, body = await door.post(door.fake.pressed("share"))
    await door.platform.close()
    assert body["value"]["body"][0]["text"] == "済み"
    assert len(door.fake.sent) == 2


async def test_a_button_whose_reply_is_owed_elsewhere_still_gets_a_valid_answer(door: Door) -> None:
    _, body = await door.post(door.fake.pressed("thanks"))
    assert body["type"] == "application/vnd.microsoft.activity.message"


async def test_slow_work_answers_in_time_and_replaces_the_card_later(door: Door) -> None:
    door.platform._door._invoke_seconds = 0.0  # the budget is used up at once, without waiting
    door.desk.gate.clear()
    door.desk.replies = [Replace(HELLO)]
    status, body = await door.post(door.fake.pressed("share"))
    assert (status, body["value"]) == (200, "✓")
    door.desk.gate.set()
    await door.platform.close()
    assert list(door.fake.updated) == ["m7"]


async def test_a_repeated_button_press_has_one_effect_and_a_valid_answer(door: Door) -> None:
    answers = await asyncio.gather(*(door.post(door.fake.pressed("try")) for _ in range(3)))
    assert [status for status, _ in answers] == [200] * 3
    assert door.desk.log.count("handle") == 1


async def test_an_old_clients_submit_replaces_the_card_by_an_update(door: Door) -> None:
    door.desk.replies = [Replace(HELLO)]
    data = {"hitotsubu": {"action": "try", "value": "case-1"}}
    door.fake.pressed("try")  # there is a message m7
    activity = door.fake.activity(text=None, value=data, replyToId="m7")
    assert await door.post(activity) == (200, None)
    await door.platform.close()
    assert list(door.fake.updated) == ["m7"]


@pytest.mark.parametrize("way", ["slow", "submit"])
async def test_a_text_that_may_lie_nowhere_opens_for_old_clients_in_the_cards_place(
    door: Door, way: str
) -> None:
    door.desk.replies = [Open(HELLO, instead=KEPT)]
    press = door.fake.pressed("holds.read", "h1")
    if way == "slow":
        door.platform._door._invoke_seconds = 0.0
        door.desk.gate.clear()
    else:
        press = door.fake.activity(
            text=None, value=press["value"]["action"]["data"], replyToId="m7"
        )
    await door.post(press)
    door.desk.gate.set()
    await door.platform.close()
    assert "どうぞ" in str(door.fake.updated["m7"])
    assert door.fake.sent == []


async def test_a_form_after_a_message_is_sent_as_a_message(door: Door) -> None:
    door.desk.replies = [Open(HELLO)]
    await door.post(door.fake.activity())
    await door.platform.close()
    (sent,) = door.fake.sent
    assert sent["attachments"][0]["content"]["body"][0]["text"] == "どうぞ"


@pytest.mark.parametrize("kind", ["typing", "messageReaction", "conversationUpdate", "event", "x"])
async def test_what_the_bot_does_not_act_on_is_200_without_effect(door: Door, kind: str) -> None:
    assert await door.post(door.fake.activity(type=kind)) == (200, None)
    assert door.desk.log == []


async def test_an_unknown_invoke_is_not_implemented(door: Door) -> None:
    activity = door.fake.activity(type="invoke", name="composeExtension/queryLink", value={})
    assert (await door.post(activity))[0] == 501


async def test_a_button_that_is_not_ours_is_400(door: Door) -> None:
    activity = door.fake.activity(type="invoke", name="adaptiveCard/action", value={"action": 1})
    assert (await door.post(activity))[0] == 400


async def submitted(door: Door) -> None:
    """An old client's press whose card is to be replaced."""
    door.desk.replies = [Replace(HELLO)]
    value = door.fake.pressed("try", "case-1")["value"]["action"]["data"]
    await door.post(door.fake.activity(text=None, value=value, replyToId="m7"))
    await door.platform.close()


async def test_a_card_that_cannot_be_replaced_is_said_instead(door: Door) -> None:
    door.fake.script = [(404, {}, b"{}")]
    await submitted(door)
    assert (len(door.fake.updated), len(door.fake.sent)) == (0, 1)


async def test_a_replacement_that_proves_nothing_is_repeated_and_never_posted(door: Door) -> None:
    door.fake.script = [(502, {}, b"")]
    await submitted(door)
    assert (list(door.fake.updated), door.fake.sent) == (["m7"], [])


async def test_work_that_fails_leaves_the_event_in_the_inbox_and_no_text_in_the_log(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    door.desk.fault = ValueError("山田先生")
    status, body = await door.post(door.fake.pressed("try"))
    assert (status, body["value"]) == (200, "✓")
    assert list(door.desk.kept) == ["a:room|f:1"]
    assert "ValueError" in caplog.text
    assert "山田" not in caplog.text


@pytest.mark.parametrize("way", ["slow", "submit"])
@pytest.mark.parametrize(
    "reply", [Open(FORM, instead=KEPT), Replace(FORM, instead=KEPT), Open(FORM), Replace(FORM)]
)
async def test_what_becomes_a_message_holds_nothing_that_was_typed(
    door: Door, way: str, reply: Open | Replace
) -> None:
    door.desk.replies = [reply]
    press = door.fake.pressed("share.edit", "draft-1")
    if way == "slow":
        door.platform._door._invoke_seconds = 0.0
        door.desk.gate.clear()
    else:
        value = press["value"]["action"]["data"]
        press = door.fake.activity(text=None, value=value, replyToId="m7")
    no_place = isinstance(reply, Replace) or reply.instead
    door.fake.script = [(404, {}, b"{}")] if no_place else []
    await door.post(press)
    door.desk.gate.set()
    await door.platform.close()
    (sent,) = door.fake.sent
    assert ("下書きに保存しました" in str(sent)) is (reply.instead is not None)
    assert "山田" not in str(sent)
