"""The main job, told once: a win from a chat message to another office's digest and a 再現.

The same steps go through the pages' own forms, a real browser, the Slack door, the Teams door and
the terminal.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cases.embedding.bundled import BundledEncoder
from tests.drivers.browser import CHROMIUM
from tests.drivers.doors import DOORS, OFFICE, AnyDriver, door_of
from tests.drivers.screen import Person
from tests.drivers.terminal import TerminalDriver
from tests.emulate.relay import NODE
from tests.fakes.sample_cast import (
    ITO,
    KATO,
    KOGA,
    MORI,
    NAKAMURA,
    NAME,
    QUESTION,
    SATO,
    TICKS,
    WIN,
)

AT = ["emulate"] if NODE else list(DOORS)
MARKS = {
    "emulate": [pytest.mark.emulate],
    "browser": [
        pytest.mark.slow,
        pytest.mark.skipif(not CHROMIUM, reason="no chromium on this machine; CI installs it"),
    ],
    # Slack is told each time, every other door in make test-all.
    "teams": [pytest.mark.slow],
    "web": [pytest.mark.slow],
    "terminal": [pytest.mark.slow],
    "socket": [pytest.mark.slow],  # the same code behind another wire
}
TITLE = "A先生への電話を、秘書さんに聞いた16時に変え"
FROM_A_FILE = {
    "id": "a-17",
    "title": "駐車場の記録簿で部長の当直明けを避けた",
    "action": "高橋部長の当直の日を守衛さんに伺い、翌日の訪問をやめて手紙に変えました。",
    "result": "「よく見ているね」と声をかけていただき、次の面談が決まりました。",
}
CONDITION = "秘書さんがいらっしゃらない医局では難しかったです"


@pytest.mark.parametrize("door", [pytest.param(name, marks=MARKS.get(name, ())) for name in AT])
async def test_a_win_reaches_another_office_and_is_reproduced_there(
    door: str, company_file: Path, tmp_path: Path, encoder: BundledEncoder, quick_chats: None
) -> None:
    async with door_of(door)(company_file, tmp_path, encoder) as driver:
        await story(driver)
        if isinstance(driver, TerminalDriver):
            await whoever_runs_it_sees_the_same(driver)


async def story(driver: AnyDriver) -> None:
    """All steps at one door."""
    sato = driver.person(SATO)
    case_id = await shares(sato)
    await approves(driver.person(NAKAMURA), case_id)
    assert TITLE in await sato.opens_mail()
    await driver.house.embed()
    await finds(driver.person(MORI), case_id)
    triers = [driver.person(who) for who in (KATO, ITO, KOGA)]
    for person in triers:
        await tries(person, case_id)
    await driver.house.go_to(11, 19)  # fourteen days later
    await answer_after_14_days(triers, case_id)
    await driver.house.go_to(11, 24)  # a question of the Friday before would be too late by now
    await hears_of_it(sato)
    await driver.house.go_to(12, 3)  # the digest day of December, about November
    await brings_it_to_the_office(driver, triers[0], case_id)


async def shares(sato: Person) -> str:
    """Post → preview with the masked name → three ticks → the office sees it."""
    await sato.says(WIN)
    assert TITLE in sato.sees
    assert "山田" not in sato.sees
    assert "公開範囲: 営業所内(承認後に全社)" in sato.sees
    await sato.presses("共有する", declared=list(TICKS[:1]))
    assert "公開前の確認が2つ残っています" in sato.sees
    await sato.presses("共有する", declared=list(TICKS), show_author="yes")
    assert "公開しました。いまは営業所のみなさんに見えています" in sato.sees
    assert "佐藤 美咲" in sato.sees
    return sato.value_of("取り下げる")


async def approves(nakamura: Person, case_id: str) -> None:
    """One tap by 事務局."""
    await nakamura.says("確認待ち")
    assert TITLE in nakamura.sees
    await nakamura.presses("全社に公開する", case_id)
    assert "全社に公開しました" in nakamura.sees


async def finds(mori: Person, case_id: str) -> None:
    """A manager of another office finds it, with a reason that quotes it."""
    await mori.says(QUESTION)
    assert TITLE in mori.sees
    reason = card_of(mori, TITLE).partition("なぜ: 「")[2].partition("」")[0]
    assert reason.rstrip("…")[:20] in WIN.replace(NAME, "A先生")
    assert "合っている点: 訪問規制・電話" in mori.sees
    assert "1on1で使える問い" in mori.sees


async def tries(person: Person, case_id: str) -> None:
    """試してみる, from the search."""
    await person.says(QUESTION)
    await person.presses("試してみる", case_id)
    assert "11/19ごろに「その後いかがですか?」とうかがいます" in person.sees


async def answer_after_14_days(triers: list[Person], case_id: str) -> None:
    """One tap each; from two other members' successes the card says 再現2件・2営業所."""
    kato, ito, koga = triers
    for person in triers:
        assert "その後いかがですか?" in await person.opens_mail()
        assert TITLE in person.sees
    await kato.presses("うまくいった")
    assert "実りましたね" in kato.sees
    await koga.presses("いまいちだった")
    await koga.says(CONDITION)
    assert "ひとことを残しました" in koga.sees
    await ito.says(QUESTION)
    assert "再現" not in card_of(ito, TITLE)
    await ito.presses("うまくいった")
    await ito.says(QUESTION)
    assert "再現2件・2営業所" in card_of(ito, TITLE)


async def hears_of_it(sato: Person) -> None:
    """The author reads how many tried and how many succeeded, and the condition, without names."""
    await sato.opens_mail()
    assert "あなたの事例を3人が試し、2人がうまくいきました" in sato.sees
    assert "再現2件・2営業所になりました" in sato.sees
    assert CONDITION in sato.sees
    assert not any(name in sato.sees for name in ("加藤", "伊藤", "古賀"))


async def brings_it_to_the_office(driver: AnyDriver, kato: Person, case_id: str) -> None:
    """The digest has the case with its reason; 営業所で共有 posts it once."""
    await kato.opens_mail()
    assert "11月の好事例 — 神戸営業所のみなさんへ" in kato.sees
    assert "選んだ理由" in card_of(kato, TITLE)
    await kato.presses("定例の資料にする")
    assert "神戸営業所 定例の資料" in kato.sees
    assert TITLE in kato.sees
    before = len(await driver.room(OFFICE))
    await kato.presses("営業所で共有", case_id)
    assert "この内容で営業所に共有します" in kato.sees
    share = kato.value_of("共有する")
    await kato.presses("共有する", share)
    assert "営業所に共有しました" in kato.sees
    await kato.presses("営業所で共有", case_id)
    await kato.presses("共有する", share)
    assert "今月もう営業所に共有しました" in kato.sees
    posts = await driver.room(OFFICE)
    assert len(posts) == before + 1
    assert TITLE in posts[0].text
    assert "加藤 直子さんからの紹介です" in posts[0].text


async def whoever_runs_it_sees_the_same(machine: TerminalDriver) -> None:
    """The commands of the machine: the case, the digest and the delivery; then a library joins."""
    assert TITLE in await machine.types("search", QUESTION)
    preview = await machine.types("digest", "preview", "--office", "神戸", "--month", "2026-11")
    assert TITLE in preview
    plan = await machine.types("plan", "--dry-run", "--now", "2027-01-06T10:40", "--json")
    kinds = {(row["kind"], row["member"]) for row in rows_of(plan) if row["new"]}
    assert ("monthly_digest", KATO) in kinds  # the next one; December's is sent
    assert await machine.types("deliveries", "--json") == ""  # nothing is stuck
    assert TITLE in await machine.types("export", "cases")
    library = machine.house.path.with_name("library.jsonl")
    library.write_text(json.dumps(FROM_A_FILE, ensure_ascii=False), "utf-8")
    (row,) = rows_of(await machine.types("import", "cases", str(library), "--released", "--json"))
    assert row["outcome"] == "masked"
    (found,) = rows_of(await machine.types("search", "--json", FROM_A_FILE["title"]))
    assert found["hits"][0]["case"] == FROM_A_FILE["id"]
    assert "122/122" in await machine.types("doctor")  # 120 samples, the win and the file's case
    await machine.types("doctor", "--find", NAME)  # ends well: the name lies nowhere in clear


def rows_of(printed: str) -> list[dict[str, Any]]:
    """The JSON lines that a command printed."""
    return [json.loads(line) for line in printed.splitlines() if line.startswith("{")]


def card_of(person: Person, title: str) -> str:
    """What the screen says from a case's title up to its own buttons or the next case's."""
    return person.sees.partition(title)[2][:200]
