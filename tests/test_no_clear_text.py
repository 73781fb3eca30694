"""Names go in through every front end, import and search; no file ever holds one of them in clear.

After each act everything on the disk is read: database, write-ahead log, index files, ledger and
inbox rows inside them, at the end a backup as well; and everything that was logged. PostgreSQL's
folder (tables, WAL, its own log) is read after groups of acts, because it is large.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.cli.backup import backup
from cases import clear_text
from cases.db import Database
from cases.embedding.bundled import BundledEncoder
from cases.library import Library
from tests.databases import TOOLS, Postgres, empty
from tests.drivers.desk import DeskDriver
from tests.drivers.doors import AnyDriver, door_of
from tests.drivers.screen import Person
from tests.drivers.slack import SlackDriver
from tests.drivers.teams import TeamsDriver
from tests.drivers.teams_box import TeamsBox, post_of
from tests.drivers.terminal import TerminalDriver
from tests.fakes.house import make_company, open_house, settings_of
from tests.fakes.sample_cast import EVENT, ITO, KATO, MORI, NAKAMURA, QUESTION, SATO, TICKS, WIN
from tests.fakes.slack_requests import message_shortcut

HOUSE, PHONE = "しらさぎ台眼科", "090-5555-0142"
POST = (
    f"訪問規制で会えない蓬莱先生({HOUSE}、{PHONE})への電話を、秘書さんに聞いた16時に変えて"
    "みました。「この時間なら話せる」と言っていただき、初めて5分お話しできました。"
)
# One name for each way in, so that a leak says where it comes from.
STOPPED, REASON, ANSWER, WISH, EDIT, NOTE, BACK = (
    "烏丸", "西園寺", "冷泉", "鷹司", "小比類巻", "東海林", "四方堂"
)  # fmt: skip
BOX, SHORTCUT, MENTION, SHARED = "日野西", "飛鳥井", "姉小路", "中御門"
NAMES = (
    "蓬莱", "綾小路", "御厨", "勅使河原", "万里小路", "武者小路", "持明院", HOUSE, PHONE,
    STOPPED, REASON, ANSWER, WISH, EDIT, NOTE, BACK, BOX, SHORTCUT, MENTION, SHARED,
)  # fmt: skip
DOORS = ["web", "terminal", "slack", "teams"]
TOGETHER = ("note", "backup", "the end")


@dataclass
class Watch:
    """Everything that lies on the disk under a folder, and everything that was logged."""

    folder: Path
    logged: pytest.LogCaptureFixture
    more: tuple[Path, ...] = ()
    always: bool = True  # False: after groups of acts

    def looks(self, act: str) -> None:
        if not self.always and act not in TOGETHER:
            return
        for name in NAMES:
            found = list(clear_text.in_files([self.folder, *self.more], name))
            assert not found, f"{act}: {name} lies in {found}"
            assert name not in self.logged.text, f"{act}: {name} was logged"


@pytest.mark.slow
@pytest.mark.parametrize("door", DOORS)
@pytest.mark.attack(55)
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


@pytest.mark.slow
@pytest.mark.attack(55)
async def test_no_name_lies_in_postgresqls_folder_or_rows(
    postgres: Postgres,
    company_file: Path,
    tmp_path: Path,
    encoder: BundledEncoder,
    quick_chats: None,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The index's tables are in it as well; a backup is made with PostgreSQL's own program."""
    caplog.set_level(logging.INFO)
    monkeypatch.setenv("PATH", f"{TOOLS}:{os.environ['PATH']}")
    empty(postgres.admin)
    disk = tmp_path / "disk"
    disk.mkdir()
    watch = Watch(disk, caplog, (postgres.folder,), always=False)
    environ = {"HITOTSUBU_DATABASE_URL": postgres.url("hitotsubu_app")}

    async def seeded(library: Library) -> None:
        await make_company(settings_of(disk / company_file.name, environ), encoder)

    async with open_house(company_file, disk, encoder, environ, seeded) as house:
        await acts(DeskDriver(house), watch)
        everybody = Database(postgres.url("postgres"))  # no wall stands before a superuser
        for name in NAMES:
            assert await clear_text.in_rows(everybody, name) == []
        await everybody.close()
        owner = {"HITOTSUBU_DATABASE_URL": postgres.url("postgres")}
        await asyncio.to_thread(backup, settings_of(house.path, owner), disk / "backup")
    with postgres.admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("checkpoint"))
    watch.looks("the end")
    empty(postgres.admin)


async def acts(driver: AnyDriver | DeskDriver, watch: Watch) -> None:
    """Every way in: a post, its correction, hearsay, search, a note, a reflection."""
    watch.looks("the start")
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
    await is_stopped(sato, watch)
    await wishes(mori, watch)
    if not isinstance(driver, TerminalDriver):  # nobody reviews there
        await is_reviewed(driver.person(NAKAMURA), sato, watch)
    match driver:
        case TerminalDriver():
            await imports(driver, watch)
        case SlackDriver():
            await beside_the_chat_of_slack(driver, watch)
        case TeamsDriver():
            await beside_the_chat_of_teams(driver, watch)
    await driver.house.go_to(11, 19)
    watch.looks("planner")
    await mori.opens_mail()
    await mori.presses("いまいちだった")
    await mori.says("武者小路先生の秘書さんがいらっしゃらない日は難しかったです")
    assert "武者小路" not in mori.sees
    watch.looks("note")


async def is_stopped(sato: Person, watch: Watch) -> None:
    """A held post, why it does not apply, and a held answer to a reflection."""
    await sato.says(f"{STOPPED}先生にメールを送ってみました。返信をいただきました。{EVENT}")
    assert "このボットへの投稿は報告の代わりになりません" in sato.sees
    watch.looks("stopped")
    await sato.presses("該当しない(理由を書く)")
    await sato.presses("該当しない(理由を書く)", reason=f"{REASON}先生の生活習慣の話でした")
    watch.looks("reason")
    await sato.says("振り返り")
    await sato.presses("ひとこと書く")
    await sato.says(f"{ANSWER}先生から、{EVENT}")
    assert "このボットへの投稿は報告の代わりになりません" in sato.sees
    watch.looks("stopped answer")


async def wishes(mori: Person, watch: Watch) -> None:
    await mori.says(f"{WISH}先生の深海魚の模型づくりの話で盛り上がった例は?")
    if mori.can_press("求む！事例に出す"):
        await mori.presses("求む！事例に出す")
    assert WISH not in mori.sees
    watch.looks("wish")


async def is_reviewed(nakamura: Person, sato: Person, watch: Watch) -> None:
    """A published case is edited, and a reviewer writes why it goes back."""
    await sato.says(WIN)
    await sato.presses("共有する", declared=list(TICKS))
    case_id = sato.value_of("取り下げる")
    await sato.presses("直す", case_id)
    await sato.presses("内容を確認する", tip=f"{EDIT}先生のときも同じでした")
    assert EDIT not in sato.sees
    watch.looks("edit")
    await sato.presses("共有する", declared=list(TICKS))
    await nakamura.says("確認待ち")
    while case_id not in str(nakamura.screens[-1].keys):  # a card of Teams holds a few
        await nakamura.presses("営業所内にとどめる")
        await nakamura.says("確認待ち")
    await nakamura.presses("くわしく確認する", case_id)
    await nakamura.presses("コメントをつけて戻す", case_id)
    await nakamura.presses("戻す", case_id, why="wording", comment=f"{BACK}先生の曜日は外して")
    watch.looks("comment")
    assert BACK not in await sato.opens_mail()


async def beside_the_chat_of_slack(driver: SlackDriver, watch: Watch) -> None:
    """A message's shortcut, a question in a channel, and a command."""
    await driver.act(KATO, message_shortcut(POST.replace("蓬莱", SHORTCUT)))
    watch.looks("shortcut")
    await driver.mention(ITO, QUESTION.replace("訪問規制の先生", f"訪問規制の{MENTION}先生"))
    watch.looks("mention")
    await driver.command(KATO, f"{SHARED}先生に電話で会えた例は?")
    watch.looks("command")


async def beside_the_chat_of_teams(driver: TeamsDriver, watch: Watch) -> None:
    """The compose box, 「好事例として共有」 on a message, and a question in a team."""
    box = TeamsBox(driver, KATO)
    await box.query(f"{BOX}先生に電話で会えた例は?")
    watch.looks("compose box")
    await box.opens(post_of(POST.replace("蓬莱", SHORTCUT), "aad-kato"))
    watch.looks("message action")
    await box.mentions(QUESTION.replace("訪問規制の先生", f"訪問規制の{MENTION}先生"))
    watch.looks("mention")


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
