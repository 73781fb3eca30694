"""Forms of the pages: what reaches the conversation, and where its answers stand."""

import json
from pathlib import Path

from bot.conversation.events import Open, Pressed, Replace, Said, Say
from bot.views.elements import Actions, Button, Card, Field, Kind, Text
from bot.web.platform import WebPlatform, open_card
from cases.library import Library
from tests.fakes.pages import FakeBack, FakeDesk, pages


def card(text: str, *buttons: Button) -> Card:
    return Card((Text(text), Actions(buttons or (Button("次へ", "next", "v"),))))


def form(value: str) -> Card:
    submit = Button("確認する", "share.check", value, primary=True)
    return Card((Field("action", "何をしましたか?", Kind.LONG, "電話を変えた"),), "共有", submit)


def platform() -> WebPlatform:
    return WebPlatform(Library(None, None, None, None), FakeDesk(), FakeBack(None))  # type: ignore[arg-type]  # pages need no more of it


async def test_what_is_typed_reaches_the_conversation_and_its_answer_the_page(
    tmp_path: Path,
) -> None:
    async with pages(tmp_path) as page:
        page.desk.replies["said"] = [Say(card("このように公開されます"))]
        _, text = await page.post("/say", text="先生と5分話せた")
        assert page.desk.events == [{"user": "sato", "text": "先生と5分話せた"}]
        assert '<p class="mine">先生と5分話せた</p>' in text
        assert "このように公開されます" in text


async def test_the_answers_are_still_there_after_a_reload_and_for_each_person_alone(
    tmp_path: Path,
) -> None:
    async with pages(tmp_path) as page:
        page.desk.replies["said"] = [Say(card("佐藤への答え"))]
        await page.post("/say", text="x")
        assert "佐藤への答え" in (await page.get("/"))[1]
        await page.post("/switch", who="kato")
        assert "佐藤への答え" not in (await page.get("/"))[1]


async def test_a_form_sent_twice_happens_once_and_is_answered_both_times(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        page.desk.replies["said"] = [Say(card("答え"))]
        await page.get("/")
        first = await page.post("/say", quick=True, text="x")
        again = await page.post("/say", quick=True, text="x")
        assert len(page.desk.events) == 1
        assert "答え" in first[1]
        assert "答え" in again[1]
        assert 'hx-swap-oob="delete"' in again[1]


async def test_a_form_whose_answer_got_lost_is_told_that_it_was_received(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        await page.get("/")
        page.desk.lost = True
        await page.post("/say", quick=True, text="x")
        page.desk.lost = False
        status, text = await page.post("/say", quick=True, text="x")
        assert status == 200
        assert "すでに受け取っています" in text
        assert len(page.desk.events) == 1


async def test_two_buttons_of_one_card_are_two_events(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        await page.get("/")
        await page.post("/press", press="1 try.start k1", card="c")
        await page.post("/press", press="1 react.helpful k1", card="c")
        await page.post("/press", press="1 react.helpful k1", card="c")
        assert [event["action"] for event in page.desk.events] == ["try.start", "react.helpful"]


async def test_a_press_brings_all_fields_of_its_card(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        await page.get("/")
        fields = {"f.action": "電話を変えた", "l.declared": "no_events", "l.area": ""}
        await page.post("/press", press="4 share.publish d1", card="c9", **fields)
        assert page.desk.events == [
            {
                "user": "sato",
                "card": "c9",
                "action": "share.publish",
                "value": "d1",
                "fields": {"action": "電話を変えた", "declared": ["no_events"], "area": []},
            }
        ]


async def test_a_replacing_answer_takes_the_place_of_the_pressed_card(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        page.desk.replies["said"] = [Say(card("下書き"))]
        page.desk.replies["share.publish"] = [Replace(card("公開しました"))]
        _, text = await page.post("/say", text="x")
        card_id = text.split('id="card-')[1].split('"')[0]
        _, swapped = await page.post("/press", quick=True, press="1 share.publish d", card=card_id)
        assert f'id="card-{card_id}" tabindex="-1" hx-swap-oob="true"' in swapped
        _, text = await page.get("/")
        assert "公開しました" in text
        assert "下書き" not in text.split('id="thread"')[1]


async def test_a_short_answer_stands_below_the_pressed_buttons(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        page.desk.replies["try.start"] = [Say(Card((Text("登録しました"),)))]
        await page.get("/")
        _, text = await page.post("/press", quick=True, press="7 try.start k1", card="c1")
        assert '<div id="said-c1-7" hx-swap-oob="innerHTML">' in text
        assert "登録しました" in text


async def test_a_form_opens_over_the_page_and_its_answer_replaces_the_draft(
    tmp_path: Path,
) -> None:
    async with pages(tmp_path) as page:
        page.desk.replies = {
            "said": [Say(card("下見", Button("直す", "share.edit", "d1")))],
            "share.edit": [Open(form("d1"))],
            "share.check": [Replace(card("直した下見"))],
        }
        _, text = await page.post("/say", text="x")
        preview = text.split('id="card-')[1].split('"')[0]
        _, text = await page.post("/press", quick=True, press="1 share.edit d1", card=preview)
        assert '<div id="sheet-body" hx-swap-oob="innerHTML">' in text
        assert json.loads(page.trigger)["hitotsubu"]["sheet"] == "open"
        sheet = text.split('id="card-')[1].split('"')[0]
        _, text = await page.post("/press", quick=True, press="1 share.check d1", card=sheet)
        assert json.loads(page.trigger)["hitotsubu"]["sheet"] == "close"
        assert f'id="card-{preview}"' in text
        assert "直した下見" in text


async def test_without_scripts_a_form_is_a_card_on_the_first_screen(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        page.desk.replies["share.edit"] = [Open(form("d1"))]
        await page.get("/")
        status, text = await page.post("/press", press="1 share.edit d1", card="c1")
        assert status == 200
        assert "電話を変えた</textarea>" in text.split('id="thread"')[1]


async def test_the_box_comes_back_empty_with_a_new_key(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        await page.get("/")
        key = page.key
        _, text = await page.post("/say", quick=True, text="x")
        assert 'id="box"' in text
        assert "\n</textarea>" in text
        assert f'name="key" value="{key}"' not in text


def test_the_platform_reads_what_a_form_kept() -> None:
    web = platform()
    assert web.read({"user": "sato", "text": "x"}) == Said("sato", "x", {})
    pressed = {"user": "sato", "action": "a", "value": "v", "fields": {"k": ["1"]}, "card": "c"}
    assert web.read(pressed) == Pressed("sato", "a", "v", {}, {"k": ["1"]}, "c")
    assert web.read({"user": "sato"}) is None


async def test_a_letter_is_sent_by_lying_in_the_mailbox() -> None:
    web = platform()
    frozen = web.render(form("d1"))
    assert open_card(frozen) == form("d1")
    receipt = await web.send({}, {}, frozen, "k1")
    assert await web.look_back({}, {}, b"{}", "k1", 0.0) == [receipt]
    await web.replace({}, {}, receipt, frozen)
    await web.remove({}, receipt)
    assert await web.email_of({}, "sato") == ""
