"""The fake Slack is as strict as the documentation: what real Slack refuses, it refuses too."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import ClientSession
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.client import web_client
from tests.fakes import slack_views
from tests.fakes.slack_api import FakeSlack, fake_slack
from tests.fakes.slack_limits import check_blocks, check_home, check_view
from tests.fakes.slack_state import BOT, Room

Json = dict[str, Any]
SATO, MORI = "U0SATO", "U0MORI"
WORDS = {"type": "plain_text", "text": "朝に電話しました"}
SECTION: Json = {"type": "section", "block_id": "b1", "text": WORDS}
VIEW: Json = {"type": "modal", "title": WORDS, "blocks": [SECTION], "private_metadata": ""}
HOME: Json = {"type": "home", "blocks": [SECTION]}


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with fake_slack() as fake:
        yield fake


@pytest.fixture
def api(slack: FakeSlack) -> AsyncWebClient:
    return web_client("xoxb-sato", slack.url)


async def refused(call: Any) -> str:
    """The error code of a call."""
    with pytest.raises(SlackApiError) as found:
        await call
    return str(found.value.response.data["error"])


def act(slack: FakeSlack, trigger: str, user: str = SATO) -> str:
    """Somebody pressed something: Slack sends this trigger_id."""
    slack.issue({"trigger_id": trigger, "user": {"id": user}})
    return trigger


async def say(api: AsyncWebClient, channel: str, text: str = "はい", **more: Any) -> str:
    made = await api.chat_postMessage(channel=channel, text=text, blocks=[SECTION], **more)
    return str(made["ts"])


async def test_a_trigger_opens_one_screen_within_three_seconds(
    slack: FakeSlack, api: AsyncWebClient
) -> None:
    slack.clock = 10.0
    first = act(slack, "1")
    slack.clock = 13.0
    await api.views_open(trigger_id=first, view=VIEW)
    assert await refused(api.views_open(trigger_id=first, view=VIEW)) == "exchanged_trigger_id"
    late = act(slack, "2")
    slack.clock = 16.1
    assert await refused(api.views_open(trigger_id=late, view=VIEW)) == "expired_trigger_id"
    assert await refused(api.views_open(trigger_id="3", view=VIEW)) == "invalid_trigger_id"


async def test_three_screens_lie_on_each_other_and_no_fourth(
    slack: FakeSlack, api: AsyncWebClient
) -> None:
    nothing = api.views_push(trigger_id=act(slack, "0"), view=VIEW)
    assert await refused(nothing) == "not_found"
    await api.views_open(trigger_id=act(slack, "1"), view=VIEW)
    await api.views_push(trigger_id=act(slack, "2"), view=VIEW)
    top = await api.views_push(trigger_id=act(slack, "3"), view=VIEW)
    fourth = api.views_push(trigger_id=act(slack, "4"), view=VIEW)
    assert await refused(fourth) == "push_limit_reached"
    sent = {"type": "view_submission", "view": top["view"]}
    slack_views.answered(slack, sent, "")
    assert len(slack.screens) == 2
    left = next(iter(slack.screens.values()))
    sent["view"] = slack_views.told(left)
    slack_views.answered(slack, sent, json.dumps({"response_action": "clear"}))
    assert slack.screens == {}


async def test_a_view_that_changed_meanwhile_is_a_conflict(
    slack: FakeSlack, api: AsyncWebClient
) -> None:
    opened = (await api.views_open(trigger_id=act(slack, "1"), view=VIEW))["view"]
    renewed = await api.views_update(view_id=opened["id"], hash=opened["hash"], view=VIEW)
    stale = api.views_update(view_id=opened["id"], hash=opened["hash"], view=VIEW)
    assert await refused(stale) == "hash_conflict"
    await api.views_update(view_id=opened["id"], hash=renewed["view"]["hash"], view=VIEW)
    assert await refused(api.views_update(view_id="V99", view=VIEW)) == "not_found"


async def test_a_home_tab_is_published_per_person(slack: FakeSlack, api: AsyncWebClient) -> None:
    first = (await api.views_publish(user_id=SATO, view=HOME))["view"]
    again = (await api.views_publish(user_id=SATO, view=HOME, hash=first["hash"]))["view"]
    assert (again["id"], list(slack.homes)) == (first["id"], [SATO])
    stale = api.views_publish(user_id=SATO, view=HOME, hash=first["hash"])
    assert await refused(stale) == "hash_conflict"
    slack.home_tab = False
    assert await refused(api.views_publish(user_id=SATO, view=HOME)) == "not_enabled"


async def test_errors_may_only_name_inputs_of_the_view(
    slack: FakeSlack, api: AsyncWebClient
) -> None:
    opened = (await api.views_open(trigger_id=act(slack, "1"), view=VIEW))["view"]
    answer = {"response_action": "errors", "errors": {"nowhere": "必須です"}}
    sent = {"type": "view_submission", "view": opened}
    slack_views.answered(slack, sent, json.dumps(answer))
    assert slack.complaints == ["errors on no input: ['nowhere']"]
    slack.complaints.clear()


async def test_what_slack_refuses_fails_the_test_that_sent_it(
    slack: FakeSlack, api: AsyncWebClient
) -> None:
    long = {**SECTION, "text": {"type": "plain_text", "text": "あ" * 3_001}}
    call = api.chat_postMessage(channel=SATO, text="はい", blocks=[long])
    assert await refused(call) == "invalid_blocks"
    view = {**VIEW, "title": {"type": "plain_text", "text": "あ" * 25}}
    call = api.views_open(trigger_id=act(slack, "1"), view=view)
    assert await refused(call) == "invalid_arguments"
    assert len(slack.complaints) == 2
    slack.complaints.clear()


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("C0NOWHERE", "channel_not_found"),
        ("C0PUBLIC", "not_in_channel"),
        ("C0PRIVATE", "channel_not_found"),
        ("C0OLD", "is_archived"),
        ("U0STRANGER", "user_not_found"),
    ],
)
async def test_only_a_member_posts(
    slack: FakeSlack, api: AsyncWebClient, channel: str, error: str
) -> None:
    slack.rooms["C0PUBLIC"] = Room("public", bot_in=False)
    slack.rooms["C0PRIVATE"] = Room("private", private=True, bot_in=False)
    slack.rooms["C0OLD"] = Room("old", archived=True)
    slack.strangers.add("U0STRANGER")
    assert await refused(say(api, channel)) == error


async def test_only_a_member_gets_an_ephemeral_message(
    slack: FakeSlack, api: AsyncWebClient
) -> None:
    slack.rooms["C0TEAM"] = Room("team", members={SATO, BOT})
    sent = {"text": "はい", "blocks": [SECTION]}
    await api.chat_postEphemeral(channel="C0TEAM", user=SATO, **sent)
    call = api.chat_postEphemeral(channel="C0TEAM", user=MORI, **sent)
    assert await refused(call) == "user_not_in_channel"
    assert [one["user"] for one in slack.ephemerals] == [SATO]
    history = await api.conversations_history(channel="C0TEAM")
    assert history["messages"] == []  # nobody else ever reads it


async def test_history_is_paged_newest_first_and_threads_are_apart(
    slack: FakeSlack, api: AsyncWebClient
) -> None:
    marker = {"event_type": "hitotsubu_delivery", "event_payload": {"k": "1"}}
    sent = [await say(api, "C0SALES", str(at), metadata=marker) for at in range(3)]
    reply = await say(api, "C0SALES", "返事", thread_ts=sent[0])
    page = await api.conversations_history(channel="C0SALES", limit=2)
    assert [one["ts"] for one in page["messages"]] == [sent[2], sent[1]]
    assert "metadata" not in page["messages"][0]
    cursor = page["response_metadata"]["next_cursor"]
    rest = await api.conversations_history(
        channel="C0SALES", cursor=cursor, include_all_metadata=True
    )
    assert [(one["ts"], one["metadata"]) for one in rest["messages"]] == [(sent[0], marker)]
    assert not rest["has_more"]
    after = await api.conversations_history(channel="C0SALES", oldest=sent[2])
    assert after["messages"] == []
    with_it = await api.conversations_history(channel="C0SALES", oldest=sent[2], inclusive=True)
    assert [one["ts"] for one in with_it["messages"]] == [sent[2]]
    thread = await api.conversations_replies(channel="C0SALES", ts=sent[0])
    assert [one["ts"] for one in thread["messages"]] == [sent[0], reply]
    nowhere = api.conversations_replies(channel="C0SALES", ts="1.1")
    assert await refused(nowhere) == "thread_not_found"


async def test_a_bot_changes_and_deletes_only_what_it_wrote(
    slack: FakeSlack, api: AsyncWebClient
) -> None:
    slack.messages.append({"channel": "D0SATO", "ts": "1.2", "user": SATO, "text": "会えた"})
    new = {"channel": "D0SATO", "ts": "1.2", "text": "変えた", "blocks": [SECTION]}
    assert await refused(api.chat_update(**new)) == "cant_update_message"
    call = api.chat_delete(channel="D0SATO", ts="1.2")
    assert await refused(call) == "cant_delete_message"
    link = await api.chat_getPermalink(channel="D0SATO", message_ts="1.2")
    assert link["permalink"].endswith("/archives/D0SATO/p12")


async def test_scopes_tokens_and_rates_are_enforced(slack: FakeSlack, api: AsyncWebClient) -> None:
    assert await refused(web_client("xoxb-forged", slack.url).auth_test()) == "invalid_auth"
    slack.grants["xoxb-sato"] = {"chat:write"}
    told = await api.auth_test()
    assert told.headers["x-oauth-scopes"] == "chat:write"
    with pytest.raises(SlackApiError) as found:
        await api.users_info(user=SATO)
    assert found.value.response["needed"] == "users:read"
    assert found.value.response["provided"] == "chat:write"
    slack.rates["chat.postMessage"] = 1
    await say(api, SATO)
    with pytest.raises(SlackApiError) as found:
        await say(api, SATO)
    assert (found.value.response.status_code, found.value.response["error"]) == (429, "ratelimited")
    slack.clock += int(found.value.response.headers["Retry-After"])
    await say(api, SATO)


async def test_people_are_found_by_id_and_by_e_mail(slack: FakeSlack, api: AsyncWebClient) -> None:
    slack.emails[SATO] = "Sato@hibiki.example"
    slack.people[MORI] = {"deleted": True, "real_name": "森 健"}
    assert (await api.users_lookupByEmail(email="sato@hibiki.example"))["user"]["id"] == SATO
    assert (await api.users_info(user=MORI))["user"]["deleted"]
    members = (await api.users_list())["members"]
    assert [one["id"] for one in members] == [BOT, MORI, SATO]
    assert await refused(api.users_lookupByEmail(email="nobody@x.example")) == "users_not_found"
    slack.grants["xoxb-sato"] = {"users:read"}
    assert "email" not in (await api.users_info(user=SATO))["user"]["profile"]


async def test_rooms_and_their_members_are_listed(slack: FakeSlack, api: AsyncWebClient) -> None:
    slack.rooms["C0SECRET"] = Room("secret", private=True, members={SATO})
    public = await api.conversations_list()
    assert [one["id"] for one in public["channels"]] == ["C0SALES", "C0KOBE"]
    both = await api.conversations_list(types="public_channel,private_channel")
    assert len(both["channels"]) == 3
    assert (await api.conversations_members(channel="C0SECRET"))["members"] == [BOT, SATO]
    assert (await api.conversations_info(channel="C0SALES"))["channel"]["is_member"]


async def test_a_reaction_is_set_once(slack: FakeSlack, api: AsyncWebClient) -> None:
    place = {"channel": "C0SALES", "timestamp": await say(api, "C0SALES")}
    await api.reactions_add(name="seedling", **place)
    assert await refused(api.reactions_add(name="seedling", **place)) == "already_reacted"
    found = (await api.reactions_get(**place))["message"]["reactions"]
    assert found == [{"name": "seedling", "users": [BOT], "count": 1}]


async def test_a_response_url_answers_five_times_within_half_an_hour(slack: FakeSlack) -> None:
    body = {"text": "はい", "blocks": [SECTION], "replace_original": False}
    async with ClientSession() as http:
        url = slack.response_url("C0SALES", SATO)
        answers = [(await http.post(url, json=body)).status for _ in range(6)]
        assert answers == [200] * 5 + [404]
        late = slack.response_url("C0SALES", SATO)
        slack.clock += 1_801
        assert (await http.post(late, json=body)).status == 404
        shown = slack.ephemerals[0]
        mine = slack.response_url("C0SALES", SATO, shown["message_ts"])
        await http.post(mine, json={"delete_original": True})
    assert shown not in slack.ephemerals


OPTION: Json = {"text": WORDS, "value": "a"}
BUTTON: Json = {"type": "button", "action_id": "a1", "text": WORDS}
INPUT: Json = {
    "type": "input",
    "block_id": "b2",
    "label": WORDS,
    "element": {"type": "plain_text_input", "action_id": "a1"},
}


def block(**changes: Any) -> list[Json]:
    return [{**SECTION, **changes}]


@pytest.mark.parametrize(
    ("check", "payload"),
    [
        (check_blocks, [SECTION, SECTION]),  # block_id twice
        (check_blocks, block(text={"type": "mrkdwn", "text": "<!channel>"})),
        (check_blocks, block(text={"type": "plain_text", "text": ""})),
        (check_blocks, block(accessory={"type": "plain_text_input", "action_id": "a1"})),
        (check_blocks, block(type="actions", elements=[{**BUTTON, "style": "blue"}])),
        (check_blocks, block(type="actions", elements=[BUTTON, BUTTON])),  # action_id twice
        (check_blocks, block(type="actions", elements=[{**BUTTON, "value": "あ" * 2_001}])),
        (check_blocks, block(type="context", elements=[BUTTON])),
        (check_blocks, block(type="header", text={"type": "plain_text", "text": "あ" * 151})),
        (check_blocks, block(type="unknown")),
        (
            check_blocks,
            block(
                type="actions",
                elements=[{"type": "overflow", "action_id": "a1", "options": [OPTION] * 6}],
            ),
        ),
        (
            check_blocks,
            block(
                type="rich_text",
                elements=[
                    {
                        "type": "rich_text_section",
                        "elements": [{"type": "broadcast", "range": "channel"}],
                    }
                ],
            ),
        ),
        (check_view, {**VIEW, "blocks": [INPUT]}),  # an input without submit
        (check_view, {**VIEW, "private_metadata": "x" * 3_001}),
        (check_view, {**VIEW, "blocks": []}),
        (check_home, {**HOME, "submit": WORDS}),
    ],
)
def test_a_payload_beyond_the_limits_is_found(check: Callable[..., None], payload: Any) -> None:
    more = (50,) if check is check_blocks else ()
    with pytest.raises(AssertionError):
        check(payload, *more)
