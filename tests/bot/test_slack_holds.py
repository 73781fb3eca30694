"""Held texts in Slack: read on a screen of its own, and not where others read along."""

from __future__ import annotations

from cases import feedback, sample
from cases.scope import Scope
from cases.vocabulary import Role
from tests.drivers.slack import SlackDriver
from tests.fakes.sample_cast import EVENT, NAKAMURA, SATO
from tests.fakes.slack_forms import drafts
from tests.fakes.slack_requests import command

POST = f"メールを送ってみました。返信をいただきました。{EVENT}"


async def test_the_text_is_on_a_screen_and_in_no_message(slack: SlackDriver) -> None:
    async with slack.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        member = await shelf.people.member(NAKAMURA)
        assert member is not None
        member.roles = [Role.SAFETY]
    await slack.person(SATO).says(POST)
    reader = slack.person(NAKAMURA)
    await reader.says("控え")
    assert "発疹" not in reader.sees
    await reader.presses("本文を読む")
    assert "発疹" in reader.sees
    assert any("発疹" in str(view) for view in slack.slack.views)
    assert not any("発疹" in str(one) for one in slack.slack.messages)
    assert "発疹".encode() not in slack.house.bytes()
    await reader.presses("安全性部門で把握した")
    assert "30日後に消去" in reader.sees


async def test_what_is_stopped_on_a_screen_can_be_called_a_false_alarm(slack: SlackDriver) -> None:
    slack.person(SATO)
    await slack.act(SATO, command("共有 他社品は効かないと先生に伝えたら、返信をいただきました。"))
    (draft,) = await drafts(SATO, slack)
    async with slack.house.hub.library.db.transaction(Scope(sample.COMPANY, SATO)) as shelf:
        row = await feedback.false_alarm(shelf, draft.id, "disparagement")
        assert row.false_by == "author"
