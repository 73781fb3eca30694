"""Names go in through every front end, import and search; no file ever holds one of them in clear.

After each act everything on the disk is read: database, write-ahead log, index files, ledger and
inbox rows inside them, at the end a backup as well; and everything that was logged.
"""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.cli.backup import backup
from cases import clear_text
from cases.embedding.bundled import BundledEncoder
from tests.drivers.doors import AnyDriver, door_of
from tests.drivers.screen import Person
from tests.drivers.terminal import TerminalDriver
from tests.fakes.house import settings_of
from tests.fakes.sample_cast import KATO, MORI, QUESTION, SATO, TICKS

HOUSE, PHONE = "しらさぎ台眼科", "090-5555-0142"
POST = (
    f"訪問規制で会えない蓬莱先生({HOUSE}、{PHONE})への電話を、秘書さんに聞いた16時に変えて"
    "みました。「この時間なら話せる」と言っていただき、初めて5分お話しできました。"
)
NAMES = ("蓬莱", "綾小路", "御厨", "勅使河原", "万里小路", "武者小路", "持明院", HOUSE, PHONE)
DOORS = ["web", "terminal", "slack", "teams"]


@dataclass
class Watch:
    """Everything that lies on the disk under a folder, and everything that was logged."""

    folder: Path
    logged: pytest.LogCaptureFixture

    def looks(self, act: str) -> None:
        for name in NAMES:
            found = list(clear_text.in_files([self.folder], name))
            assert not found, f"{act}: {name} lies in {found}"
            assert name not in self.logged.text, f"{act}: {name} was logged"


@pytest.mark.slow
@pytest.mark.parametrize("door", DOORS)
async def test_no_name_lies_anywhere_after_any_act(
    door: str,
    company_file: Path,
    tmp_path: Path,
    encoder: BundledEncoder,
    quick_chats: None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    disk = tmp_path / "disk"
    disk.mkdir()
    watch = Watch(disk, caplog)
    async with door_of(door)(company_file, disk, encoder) as driver:
        await acts(driver, watch)
        await asyncio.to_thread(backup, settings_of(driver.house.path), disk / "backup")
        watch.looks("backup")
    watch.looks("the end")


async def acts(driver: AnyDriver, watch: Watch) -> None:
    """Every way in: a post, its correction, hearsay, search, a note, a reflection."""
    sato, mori, kato = (driver.person(who) for who in (SATO, MORI, KATO))
    await posts(sato, watch)
    await driver.house.embed()
    watch.looks("vectors")
    await mori.says(QUESTION.replace("訪問規制の先生", "訪問規制の御厨先生"))
    assert "なぜ: 「" in mori.sees
    watch.looks("search")
    await mori.presses("試してみる")
    await hears(kato, watch)
    await reflects(sato, watch)
    if isinstance(driver, TerminalDriver):
        await imports(driver, watch)
    await driver.house.go_to(11, 19)
    watch.looks("planner")
    await mori.opens_mail()
    await mori.presses("いまいちだった")
    await mori.says("武者小路先生の秘書さんがいらっしゃらない日は難しかったです")
    assert "武者小路" not in mori.sees
    watch.looks("note")


async def posts(sato: Person, watch: Watch) -> None:
    await sato.says(POST)
    assert "A先生" in sato.sees
    watch.looks("post")
    await sato.presses("直す")
    watch.looks("form")
    await sato.presses("内容を確認する", title="綾小路教授に16時に電話した")
    assert "綾小路" not in sato.sees
    watch.looks("correction")
    await sato.presses("共有する", declared=list(TICKS), show_author="yes")
    assert "公開しました" in sato.sees
    watch.looks("published")


async def hears(kato: Person, watch: Watch) -> None:
    await kato.says("聞き書き")
    await kato.presses("内容を確認する", member="fujii", text=POST.replace("蓬莱", "勅使河原"))
    assert "勅使河原" not in kato.sees
    watch.looks("heard")
    await kato.presses("本人に確認をお願いする")
    watch.looks("asked")


async def reflects(sato: Person, watch: Watch) -> None:
    await sato.says("振り返り")
    await sato.says("万里小路先生に短いメールを送ったら、返事をいただけました")
    watch.looks("reflection")


async def imports(driver: TerminalDriver, watch: Watch) -> None:
    """The file itself lies elsewhere: it is the company's, and not of the product."""
    row = {
        "id": "a-18",
        "title": "持明院先生に手紙を書いた",
        "action": "持明院先生の秘書さんに伺い、手紙にしました。",
    }
    library = watch.folder.parent / "library.jsonl"
    library.write_text(json.dumps({**row, "result": "次の面談が決まりました。"}), "utf-8")
    printed = await driver.types("import", "cases", str(library), "--released", "--json")
    assert '"masked"' in printed
    watch.looks("import")
