"""What stays on the pages: an answered letter is answered, a withdrawn case is gone everywhere."""

from __future__ import annotations

from pathlib import Path

from bot.conversation.events import Open, Replace, Say
from bot.views.elements import Actions, Button, Card, Divider, Field, Text, plain
from bot.views.withdrawn import without_case
from cases import sample
from tests.drivers.desk import DeskDriver
from tests.fakes.house import House
from tests.fakes.pages import letter, pages
from tests.fakes.sample_cast import KATO, SATO

QUESTION = Card(
    (Text("その後いかがですか?"), Actions((Button("うまくいった", "try.answer", "t:worked"),)))
)
THANKS = Card((Text("実りましたね"),))


def case(case_id: str) -> Card:
    return Card(
        (
            Text("近い事例が2件ありました"),
            Divider(),
            Text(f"事例{case_id}"),
            Actions((Button("取り下げる", "share.withdraw", case_id),)),
            Divider(),
            Text("ほかの事例"),
            Actions((Button("試してみる", "try.start", "s1"),)),
        )
    )


async def test_an_answered_letter_stays_answered_in_another_browser(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        page.back.inbox = [letter(QUESTION)]
        page.desk.replies["try.answer"] = [Replace(THANKS)]
        await page.get("/mailbox")
        await page.post("/press", quick=True, press="1 try.answer t:worked", card="letter-l1")
        assert page.back.inbox[0].card == THANKS
        page.client.session.cookie_jar.clear()
        _, text = await page.get("/mailbox")
        assert "実りましたね" in text
        assert "うまくいった" not in text


async def test_a_letter_that_was_answered_in_its_form_stays_answered(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        write = Button("ひとこと書く", "reflect.write", "r1")
        page.back.inbox = [letter(Card((Text("今回の問い"), Actions((write,)))))]
        submit = Button("送る", "reflect.save", "r1")
        page.desk.replies = {
            "reflect.write": [Open(Card((Field("text", "どうぞ"),), "問い", submit))],
            "reflect.save": [Replace(THANKS)],
        }
        await page.get("/mailbox")
        _, text = await page.post(
            "/press", quick=True, press="1 reflect.write r1", card="letter-l1"
        )
        sheet = text.split('id="card-')[1].split('"')[0]
        await page.post("/press", quick=True, press="1 reflect.save r1", card=sheet)
        assert page.back.inbox[0].card == THANKS


async def test_a_withdrawn_case_leaves_every_card_of_the_first_screen(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        page.desk.replies["said"] = [Say(case("k1"))]
        page.desk.replies["share.withdraw_yes"] = [Replace(Card((Text("取り下げました"),)))]
        await page.post("/say", text="x")
        await page.get("/")
        await page.post("/say", text="y")
        _, text = await page.get("/")
        asked = text.split('id="card-')[1].split('"')[0]
        _, text = await page.post("/press", quick=True, press="1 share.withdraw_yes k1", card=asked)
        assert text.count('hx-swap-oob="true"') >= 2
        _, text = await page.get("/")
        thread = text.split('id="thread"')[1]
        assert "取り下げました" in thread
        assert "事例k1" not in thread
        assert "この事例は取り下げられました" in thread
        assert "ほかの事例" in thread


def test_only_the_case_itself_leaves_a_card() -> None:
    card = case("k1")
    assert without_case(card, "k2", "ja") is card
    assert plain(without_case(card, "k1", "ja")).count("事例") == 3


async def test_what_waits_is_counted_anew_with_each_answer(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        page.desk.replies["said"] = [Say(THANKS)]
        await page.get("/")
        page.back.inbox = [letter()]
        _, text = await page.post("/say", quick=True, text="x")
        assert "新しいお知らせ 1件" in text.split('id="waits"')[1]
        page.back.inbox = []
        page.desk.replies["next"] = [Say(THANKS)]
        _, text = await page.post("/press", quick=True, press="1 next v", card="c")
        assert "お知らせ" not in text.split('id="waits"')[1]


async def test_the_answer_of_a_letter_is_kept_for_its_reader_alone(
    company: House, desk: DeskDriver
) -> None:
    await company.go_to(12, 3)
    back = company.hub.pages
    before = (await back.letters(sample.COMPANY, KATO))[0]
    await back.answered(sample.COMPANY, SATO, before.id, THANKS)
    assert (await back.letters(sample.COMPANY, KATO))[0].card == before.card
    await back.answered(sample.COMPANY, KATO, before.id, THANKS)
    assert (await back.letters(sample.COMPANY, KATO))[0].card == THANKS
