"""An answer that Slack will not show in its place is sent as a message until it arrives."""

from __future__ import annotations

from bot.views.words import say
from tests.drivers.slack import SlackDriver
from tests.fakes.sample_cast import KATO
from tests.fakes.slack_api import Answer


async def test_an_answer_is_owed_where_the_card_cannot_change_and_sent_until_it_arrives(
    slack: SlackDriver,
) -> None:
    kato = slack.person(KATO)
    await kato.says("振り返り")
    keys = kato.screens[-1].keys
    skip = next(one for one in keys if one.action == "reflect.pass")
    slack.slack.script["chat.update"] = [Answer({"ok": False, "error": "message_not_found"})]
    slack.slack.script["chat.postMessage"] = [Answer({"ok": False, "error": "ratelimited"}, 429)]
    before = len(slack.slack.messages)
    await slack.press(KATO, kato.screens[-1], skip, {})
    assert slack.slack.script["chat.postMessage"] == []
    assert len(slack.slack.messages) == before
    await slack.house.go_to(11, 9)
    words = say("ja", "reflect.passed")
    assert [one["text"] for one in slack.slack.messages[before:]].count(words) == 1
