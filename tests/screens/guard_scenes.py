"""What the guard, the safety department and reviewers show, played after everything else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from cases import fields, sample
from cases.models.case import Case
from cases.scope import Scope
from cases.vocabulary import Status
from tests.drivers.screen import Person
from tests.fakes.sample_cast import ABE, EVENT, ITO, NAKAMURA, OGAWA, SATO, TICKS

if TYPE_CHECKING:  # the album plays this at its end
    from tests.screens.scenes import Album

NAMED = (
    "白樺台中央病院の山田先生(090-5555-0142)への電話を、秘書さんに聞いた16時に変えてみました。"
    "「この時間なら話せる」と言っていただき、初めて5分お話しできました。"
)
HELD = f"Web講演会のあとにメールを送ってみました。返信をいただきました。{EVENT}"
CONDUCT = "適応外の使い方の論文を紹介したら先生に喜ばれました"
UNSURE = "メールを送ってみました。先生から、自分で薬をやめた人がいると伺い、返信をいただきました。"
SIZE = "基幹病院(400床以上)"
IMPORTS = 25
CODE = "WEB-2611-03"
REVISED = (
    (ABE, "講演会の案内は、3段に分けて"),
    (ABE, "前日のひとことで、参加が倍になった"),
    (ITO, "門前薬局さんにも、同じ案内を"),
    ("endo", "当日の朝に、場所だけもう一度"),
)


async def play(album: Album) -> None:
    """Every screen of the guard: author, safety, compliance, review, rules."""
    people = {who: album.driver.person(who) for who in (SATO, ABE, NAKAMURA, OGAWA)}
    await _author(album, people[SATO])
    await _safety(album, people[SATO], people[OGAWA])
    await _compliance(album, people[ABE], people[OGAWA])
    await _review(album, people[ABE], people[NAKAMURA])
    await _rules(album, people[NAKAMURA])
    await _revision(album, people[NAKAMURA], people[ABE])


async def _author(album: Album, sato: Person) -> None:
    """Masks with one tap, a question, a stop, the name."""
    await sato.says(NAMED)
    album.keep("guard-masks", sato)
    await sato.presses(SIZE)
    album.keep("guard-masks-said", sato)
    await sato.says(UNSURE)
    album.keep("guard-asks", sato)
    await sato.says(CONDUCT)
    album.keep("guard-stops", sato)
    await sato.says("振り返り")
    await sato.presses("ひとこと書く")
    await sato.says("患者さんの80代の女性、田中さんが入院した話を先生から聞きました")
    album.keep("guard-stops-an-answer", sato)
    await sato.says("下書き")
    album.keep("guard-drafts", sato)


async def _safety(album: Album, sato: Person, ogawa: Person) -> None:
    await sato.says(HELD)
    album.keep("guard-safety", sato)
    await sato.presses("報告済み(受付番号を入力)")
    album.keep("guard-safety-answer", sato)
    await sato.says("止めた投稿")
    album.keep("guard-own-stopped", sato)
    await ogawa.says("控え")
    album.keep("guard-safety-queue", ogawa)
    await ogawa.presses("本文を読む")
    album.keep("guard-held-text", ogawa)
    await ogawa.says("突き合わせ")
    album.keep("guard-month", ogawa)


async def _compliance(album: Album, abe: Person, ogawa: Person) -> None:
    await abe.says(CONDUCT)
    await abe.presses("監督部門に確認を依頼")
    album.keep("guard-asked-compliance", abe)
    await ogawa.says("止めた投稿")
    await ogawa.presses(
        next(one.label for one in ogawa.screens[-1].keys if one.value == "compliance")
    )
    album.keep("guard-compliance-queue", ogawa)
    await ogawa.presses("差し戻す(ひとこと)")
    album.keep("guard-compliance-return", ogawa)


async def _review(album: Album, abe: Person, nakamura: Person) -> None:
    await abe.says(NAMED)
    await abe.presses("共有する", declared=list(TICKS), show_author="no")
    case_id = abe.value_of("取り下げる")
    album.keep("guard-shared-without-name", abe)
    await nakamura.says("確認待ち")
    while case_id not in str(nakamura.screens[-1].keys):  # a card holds a few
        await nakamura.presses("営業所内にとどめる")
        await nakamura.says("確認待ち")
    await nakamura.presses("くわしく確認する", case_id)
    album.keep("guard-review", nakamura)
    await nakamura.presses("ことばを伏せる", case_id)
    album.keep("guard-review-mask", nakamura)
    await nakamura.presses("伏せる", case_id, words="秘書さん", **{"as": "other"})
    album.keep("guard-review-masked", nakamura)
    await nakamura.presses("コメントをつけて戻す", case_id)
    album.keep("guard-review-back", nakamura)
    await nakamura.presses("取り下げる", case_id)
    album.keep("guard-review-withdraw", nakamura)
    await _imports(album)
    await nakamura.says("確認待ち")
    album.keep("guard-review-imports", nakamura)
    await nakamura.presses("抜き取って読む")
    album.keep("guard-review-sample", nakamura)
    await nakamura.says("確認の設定")
    album.keep("guard-review-settings", nakamura)
    await _second_look(album, nakamura)


async def _imports(album: Album) -> None:
    """So many that they are sampled."""
    async with album.driver.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        for number in range(IMPORTS):
            case = Case(id=f"import{number:02}", company_id=sample.COMPANY, author_id=NAKAMURA)
            action = f"受付で{number + 1}つだけ質問を書いていただく紙に変えた"
            fields.fill(case, {"action": action, "result": "質問が増えた"})
            case.status, case.origin, case.sample = Status.OFFICE, "import", False
            case.shared_at = case.changed_at = shelf.now - timedelta(days=2)
            case.release_asked_at, case.author_id = case.shared_at, SATO
            shelf.cases.add(case)


async def _second_look(album: Album, nakamura: Person) -> None:
    """The imports have been released last month."""
    async with album.driver.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        for case in await shelf.reviews.waiting_imports():
            case.status, case.released_by, case.release_asked_at = Status.COMPANY, NAKAMURA, None
            case.released_at = shelf.now.replace(day=1) - timedelta(days=2)
    await nakamura.says("確認待ち")
    album.keep("guard-second-look-offer", nakamura)
    await nakamura.presses("読み直す")
    album.keep("guard-second-look", nakamura)
    await nakamura.presses("見落としがあった")
    album.keep("guard-second-look-missed", nakamura)


async def _rules(album: Album, nakamura: Person) -> None:
    await nakamura.says("規則")
    album.keep("guard-rules", nakamura)
    await nakamura.presses("会社のことば")
    album.keep("guard-words", nakamura)


async def _revision(album: Album, nakamura: Person, abe: Person) -> None:
    """A material changed: what is meant, what its author is asked, and what readers see."""
    house = album.driver.house
    async with house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        for number, (author, title) in enumerate(REVISED):
            case = Case(id=f"revised{number}", company_id=sample.COMPANY, author_id=author)
            action = f"{title}。案内状({CODE})をお渡しして、3分だけ話した"
            fields.fill(case, {"title": title, "action": action, "result": "返信をいただいた"})
            member = await shelf.people.member(author)
            case.office_id = member.office_id if member else None
            case.status, case.sample = Status.COMPANY, False
            case.shared_at = case.changed_at = shelf.now - timedelta(days=40)
            shelf.cases.add(case)
        gone = await shelf.people.member(REVISED[-1][0])
        assert gone is not None
        gone.active = False
    await nakamura.says("添付文書・資材が変わった")
    album.keep("guard-revision-form", nakamura)
    await nakamura.presses("対象を見る", what="material", word=CODE, since="2026-11-05")
    album.keep("guard-revision-meant", nakamura)
    await nakamura.presses("確認をお願いする")
    album.keep("guard-revision-named", nakamura)
    await nakamura.presses("決める")
    album.keep("guard-revision-left", nakamura)
    await nakamura.presses("全文を見る", "revised3")
    album.keep("guard-revision-mark", nakamura)
    await abe.says("確認のお願い")
    album.keep("guard-revision-own", abe)
