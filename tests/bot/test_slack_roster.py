"""事務局 in Slack: a roster as a file, people who come and go, rooms with the bot in them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.conversation.events import Attached, NotFetched
from bot.slack import attached
from bot.slack.read import read
from cases import sample
from cases.db import Shelf
from cases.models.org import Account, Member, Room
from cases.scope import Scope
from tests.drivers.screen import Person
from tests.drivers.slack import SlackDriver
from tests.fakes import slack_files
from tests.fakes.sample_cast import KATO, NAKAMURA, SATO
from tests.fakes.slack_requests import TEAM, command, direct, event

Json = dict[str, Any]
ROSTER = (
    "氏名,メール,Slack ID,営業所,推進メンバー\r\n"
    "佐藤 美咲,sato@sample.example,U0SATO,神戸営業所,副\r\n"
    "新井 葵,arai@sample.example,U0ARAI,神戸営業所,\r\n"
    "誰か,,,,\r\n"
)


async def sends(slack: SlackDriver, who: Person, data: bytes, name: str = "名簿.csv") -> str:
    """Shares a file in the direct message with the bot."""
    number = next(slack.numbers)
    inner = direct(
        "", user=f"U0{who.id.upper()}", channel=f"D0{who.id.upper()}", subtype="file_share",
        ts=f"1800000000.{number:06}", files=[slack_files.shared(slack.slack, name, data)],
    )  # fmt: skip
    await tells(slack, inner)
    return await who.opens_mail()


async def tells(slack: SlackDriver, inner: Json) -> None:
    """An event of Slack's own."""
    await slack._post(event(inner, f"Ev{next(slack.numbers)}"))
    await slack._settle()


async def member(slack: SlackDriver, key: str) -> Member | None:
    async with opened(slack) as shelf:
        return await shelf.people.by_email(f"{key}@sample.example")


async def account(slack: SlackDriver, user: str) -> Account | None:
    async with opened(slack) as shelf:
        return await shelf.people.account("slack", user)


async def room(slack: SlackDriver, channel: str) -> Room | None:
    async with opened(slack) as shelf:
        found = await shelf.roster.rooms()
        return next((one for one in found if one.address.get("channel") == channel), None)


def opened(slack: SlackDriver) -> Any:
    return slack.house.hub.library.db.transaction(Scope(sample.COMPANY))


async def test_a_roster_in_the_direct_message_is_shown_first_and_then_done_as_shown(
    slack: SlackDriver,
) -> None:
    nakamura = slack.person(NAKAMURA)
    seen = await sends(slack, nakamura, ROSTER.encode("cp932"))
    assert "名簿の下見" in seen
    assert "2行目 異動 佐藤 美咲" in seen
    assert "4行目 読めない行 誰か: メールか Slack ID がありません" in seen
    assert "名簿にない94名は退職にしません" in seen
    await nakamura.presses("この内容で更新する")
    assert "名簿を更新しました" in nakamura.sees
    sato, arai = await member(slack, SATO), await member(slack, "arai")
    assert sato is not None
    assert arai is not None
    assert (sato.office_id, arai.office_id) == ("kobe", "kobe")
    assert "promoter" in sato.roles
    assert (await account(slack, "U0ARAI")).address == {"user": "U0ARAI"}  # type: ignore[union-attr] # the roster gives her id
    async with opened(slack) as shelf:
        assert [await shelf.audit.has("office.promoter", f"kobe:{KATO}:{SATO}")] == [True]
    await nakamura.presses("この内容で更新する", "")
    assert "E-33" in nakamura.sees  # the file is gone with its word


async def test_many_who_would_leave_are_counted_by_hand_or_left_alone(slack: SlackDriver) -> None:
    nakamura = slack.person(NAKAMURA)
    head, *lines = ROSTER.splitlines()
    text = "\n".join([head, *lines[:2], "中村 祥子,nakamura@sample.example,,,"])
    seen = await nakamura.says(text.replace(",", "\t"))  # pasted from a sheet
    assert "93名が退職になります" in seen or "92名が退職になります" in seen
    seen = await nakamura.presses("この内容で更新する", leaving="10")
    assert "確かめるために" in seen or "退職になる人数" in seen
    assert (await member(slack, KATO)).active  # type: ignore[union-attr] # one of the cast
    seen = await nakamura.presses("この人たちだけ更新する")
    assert "退職" not in seen
    await nakamura.presses("この内容で更新する", leaving="")
    assert "名簿を更新しました" in nakamura.sees
    assert (await member(slack, KATO)).active  # type: ignore[union-attr] # one of the cast
    await nakamura.says(text)
    seen = await nakamura.presses("やめる")
    assert "何も変えていません" in seen


async def test_what_cannot_be_fetched_is_said_and_other_peoples_files_are_left_alone(
    slack: SlackDriver,
) -> None:
    nakamura, sato = slack.person(NAKAMURA), slack.person(SATO)
    assert "ファイルは読めません" in await sends(slack, sato, b"a,b")
    assert "名簿の CSV ファイルではない" in await sends(slack, nakamura, b"%PDF", "a.pdf")
    assert "E-08" in await sends(slack, nakamura, "部署,人数\n".encode())
    slack.slack.grants["xoxb-hitotsubu"].discard("files:read")
    assert "files:read" in await sends(slack, nakamura, ROSTER.encode())


@pytest.mark.parametrize(
    ("url", "api", "why"),
    [
        ("https://evil.example/files-pri/x", "https://slack.com/api/", "failed"),
        ("http://files.slack.com/x", "https://slack.com/api/", "failed"),
        ("https://files.slack.com:8443/x", "https://slack.com/api/", "failed"),
        ("https://files.slack.com@evil.example/x", "https://slack.com/api/", "failed"),
        ("https://files.slack.com/x", "https://slack-gov.com/api/", "failed"),
        ("http://127.0.0.1:1/x", "http://127.0.0.1:2/api/", "failed"),
        ("http://[", "http://127.0.0.1:2/api/", "failed"),
    ],
)
@pytest.mark.attack(47)
async def test_the_token_goes_to_slacks_host_of_files_only(url: str, api: str, why: str) -> None:
    with pytest.raises(NotFetched) as found:
        await attached.fetch("xoxb-secret", api, Attached("x.csv", 1, url))
    assert found.value.why == why
    with pytest.raises(NotFetched, match="size"):
        await attached.fetch("xoxb-secret", api, Attached("x.csv", attached.BYTES + 1, url))


def person(key: str, **changes: Any) -> Json:
    return {
        "id": f"U0{key.upper()}",
        "team_id": TEAM,
        "deleted": False,
        "profile": {"email": f"{key}@sample.example"},
        **changes,
    }


async def test_who_joins_is_known_at_once_and_who_is_deactivated_gets_nothing(
    slack: SlackDriver,
) -> None:
    await tells(slack, {"type": "team_join", "user": person(SATO)})
    found = await account(slack, "U0SATO")
    assert found is not None
    assert (found.member_id, found.seen_at, found.blocked) == (SATO, None, "")
    changed = person(SATO, profile={"email": "misaki@sample.example", "display_name": "みさき"})
    await tells(slack, {"type": "user_change", "user": changed})
    await tells(slack, {"type": "user_change", "user": {**changed, "deleted": True}})
    found = await account(slack, "U0SATO")
    assert found is not None
    assert (found.email, found.blocked) == ("misaki@sample.example", "deactivated")
    assert (await member(slack, SATO)).name == "佐藤 美咲"  # type: ignore[union-attr] # the roster's name stays
    nakamura = slack.person(NAKAMURA)
    assert "アカウントが止まっている方" in await nakamura.says("名簿")
    assert "つながっています" in await nakamura.says("名簿 佐藤美咲")  # the web page still works
    await tells(slack, {"type": "user_change", "user": changed})
    assert (await account(slack, "U0SATO")).blocked == ""  # type: ignore[union-attr] # it was there before


@pytest.mark.parametrize(
    "guest", [{"is_restricted": True}, {"is_ultra_restricted": True}, {"team_id": "T0OTHER"}]
)
@pytest.mark.attack(22)
async def test_a_guest_is_never_a_member_whatever_the_roster_says(
    slack: SlackDriver, guest: Json
) -> None:
    await tells(slack, {"type": "team_join", "user": person(SATO, **guest)})
    assert await account(slack, "U0SATO") is None
    await tells(slack, {"type": "team_join", "user": person(SATO)})
    await tells(slack, {"type": "user_change", "user": person(SATO, **guest)})
    assert await account(slack, "U0SATO") is None
    slack.slack.people["U0SATO"] = guest
    sato = slack.person(SATO)
    assert "名簿に" in await sato.says("設定")
    assert await account(slack, "U0SATO") is None


async def test_bots_and_news_that_change_nothing_are_not_even_kept(slack: SlackDriver) -> None:
    bot = event({"type": "user_change", "user": {"id": "U0X", "is_bot": True}})
    assert read(bot) is None
    reception = slack.house.hub.reception
    told = event({"type": "user_change", "user": person(SATO)})
    assert await reception.keep("slack", TEAM, "News1", told) is not None  # on the roster
    await tells(slack, told["event"])
    assert await reception.keep("slack", TEAM, "News2", told) is None
    stranger = event({"type": "user_change", "user": person("nobody")})
    assert await reception.keep("slack", TEAM, "News3", stranger) is None
    gone = event({"type": "user_change", "user": person(SATO, deleted=True)})
    assert await reception.keep("slack", TEAM, "News4", gone) is not None


def joined(inviter: str, channel: str = "C0SALES", user: str = "U0BOT") -> Json:
    return {
        "type": "member_joined_channel", "user": user, "channel": channel, "channel_type": "C",
        "team": TEAM, "inviter": inviter,
    }  # fmt: skip


async def test_who_may_says_whose_room_it_is_and_posting_moves_there(slack: SlackDriver) -> None:
    kato = slack.person(KATO)
    await tells(slack, joined("U0KATO"))
    seen = await kato.opens_mail()
    assert "#sales は、どの営業所の部屋ですか" in seen
    await kato.presses("登録する", office="kobe", uses=["posts", "listens"])
    assert "#sales: 神戸営業所、投稿する、会話を読む" in kato.sees
    found, before = await room(slack, "C0SALES"), await room(slack, "C0KOBE")
    assert found is not None
    assert before is not None
    assert (found.office_id, found.posts, found.listens, before.posts) == (
        "kobe",
        True,
        True,
        False,
    )
    await tells(slack, {"type": "channel_rename", "channel": {"id": "C0SALES", "name": "神戸"}})
    await tells(slack, {"type": "member_left_channel", "user": "U0BOT", "channel": "C0SALES"})
    await tells(slack, {"type": "member_left_channel", "user": "U0SATO", "channel": "C0KOBE"})
    found = await room(slack, "C0SALES")
    assert found is not None
    assert (found.name, found.state) == ("神戸", "left")
    assert (await room(slack, "C0KOBE")).state == "active"  # type: ignore[union-attr] # the office's first room
    assert "#神戸: 神戸営業所、ヒトツブはもういません" in await kato.says("部屋")


async def test_a_channel_with_another_company_becomes_no_offices_room(slack: SlackDriver) -> None:
    kato = slack.person(KATO)
    slack.slack.rooms["C0SALES"].shared = "is_ext_shared"
    await tells(slack, joined("U0KATO"))
    await kato.opens_mail()
    for uses in (["posts"], ["listens"]):
        seen = await kato.presses("登録する", office="kobe", uses=uses)
        assert "E-34" in seen
        await slack.act(KATO, command("部屋"))
    found = await room(slack, "C0SALES")
    assert found is not None
    assert (found.office_id, found.posts, found.listens) == (None, False, False)
    slack.slack.grants["xoxb-hitotsubu"].discard("channels:read")  # nobody can tell
    await slack.act(KATO, {**command("部屋"), "channel_id": "C0KOBE"})
    assert "E-35" in await kato.presses("登録する", office="kobe", uses=["posts"])


async def test_a_room_that_another_company_comes_into_falls_silent(slack: SlackDriver) -> None:
    await tells(slack, {"type": "channel_shared", "channel": "C0KOBE", "connected_team_id": "E1"})
    found = await room(slack, "C0KOBE")
    assert found is not None
    assert (found.posts, found.listens, found.state) == (False, False, "active")


async def test_a_room_that_the_bot_left_stays_left_until_it_is_brought_in(
    slack: SlackDriver,
) -> None:
    slack.person(KATO)
    slack.slack.rooms["C0KOBE"].bot_in = False
    await tells(slack, {"type": "member_left_channel", "user": "U0BOT", "channel": "C0KOBE"})
    (seen,) = await slack.act(KATO, {**command("部屋"), "channel_id": "C0KOBE"})
    assert "/invite @ヒトツブ" in seen.text
    assert (await room(slack, "C0KOBE")).state == "left"  # type: ignore[union-attr] # it was there before


async def test_without_a_name_only_who_may_register_makes_a_room(slack: SlackDriver) -> None:
    slack.person(SATO), slack.person(KATO)
    slack.slack.grants["xoxb-hitotsubu"].discard("channels:read")
    (seen,) = await slack.act(SATO, command("部屋"))
    assert "変えられるのは" in seen.text
    assert await room(slack, "C0SALES") is None
    await slack.act(KATO, command("部屋"))
    assert await room(slack, "C0SALES") is not None


async def test_an_mr_who_brings_the_bot_in_is_thanked_and_the_promoter_is_asked(
    slack: SlackDriver,
) -> None:
    sato, kato = slack.person(SATO), slack.person(KATO)
    async with opened(slack) as shelf:
        await _into(shelf, SATO, "kobe")
    await kato.says("ヘルプ")
    await tells(slack, joined("U0SATO"))
    assert "推進メンバーの方にお願いしました" in await sato.opens_mail()
    assert "#sales は、どの営業所の部屋ですか" in await kato.opens_mail()
    found = await room(slack, "C0SALES")
    assert found is not None
    assert (found.office_id, found.posts, found.listens) == (None, False, False)
    await slack.act(SATO, {**command("部屋"), "channel_name": "sales"})
    seen = sato.sees or ""
    assert "登録する" not in [key.label for screen in sato.screens for key in screen.keys], seen


async def test_the_command_in_a_channel_shows_its_room_and_wants_the_bot_there(
    slack: SlackDriver,
) -> None:
    kato = slack.person(KATO)
    form, beside = await slack.act(KATO, {**command("部屋"), "channel_id": "C0KOBE"})
    assert "#神戸営業所 の設定" in form.text
    assert "ダイレクトメッセージ" in beside.text
    slack.slack.rooms["C0SALES"].bot_in = False
    (screen,) = await slack.act(KATO, command("部屋"))
    assert "/invite @ヒトツブ" in screen.text
    mention = {
        "type": "app_mention", "user": "U0KATO", "channel": "C0KOBE", "ts": "1800000000.9",
        "text": "<@U0BOT> この部屋", "team": TEAM,
    }  # fmt: skip
    await tells(slack, mention)
    assert "#神戸営業所 の設定" in await kato.opens_mail()
    message = {**mention, "type": "message", "channel_type": "channel"}
    for number, both in enumerate([(mention, message), (message, mention)]):  # Slack sends both
        before = len(slack.slack.made("chat.postMessage"))
        for one in both:
            await tells(slack, {**one, "ts": f"1800000001.{number}"})
        assert "#神戸営業所 の設定" in await kato.opens_mail()
        assert len(slack.slack.made("chat.postMessage")) == before + 1


async def test_a_room_that_nobody_known_opened_waits_for_head_office(slack: SlackDriver) -> None:
    await tells(slack, {**joined(""), "inviter": None})
    await tells(slack, joined("U0KATO", user="U0SATO"))  # somebody else came in
    found = await room(slack, "C0SALES")
    assert found is not None
    assert found.office_id is None
    nakamura = slack.person(NAKAMURA)
    assert "営業所は決まっていません" in await nakamura.says("この部屋")
    assert "営業所は決まっていません" in await nakamura.says("room")


async def _into(shelf: Shelf, member_id: str, office_id: str) -> None:
    found = await shelf.people.member(member_id)
    assert found is not None
    found.office_id = office_id
