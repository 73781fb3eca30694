"""The rights at the front door: every button and page, pressed by somebody who may not."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Collection

import pytest
from sqlalchemy import select

from bot.conversation import answering, reviewers
from cases import sample
from cases.db import DENIED
from cases.models.audit import AuditEntry
from cases.rights import Action
from cases.scope import Scope
from cases.vocabulary import Role
from tests.drivers.desk import DeskDriver, screen_of
from tests.fakes.house import House
from tests.fakes.sample_cast import NAKAMURA, SATO, WIN

COMPANY = Scope(sample.COMPANY)
# Buttons of those with a role, and the right that each asks for.
ASKS = {
    "digest.share_item": Action.SHARE_DIGEST,
    "digest.share_now": Action.SHARE_DIGEST,
    "holds.month": Action.RECONCILE,
    "holds.queue": Action.SAFETY,
    "inbox.drop": Action.EVENTS,
    "inbox.retry": Action.EVENTS,
    "people.cancel_move": Action.ROSTER,
    "people.save": Action.ROSTER,
    "people.show": Action.ROSTER,
    "behalf.start": Action.ON_BEHALF,
    "pull.form": Action.PULL_BACK,
    "pull.save": Action.PULL_BACK,
    "review.draw": Action.RELEASE,
    "review.give_back": Action.CHANGE,
    "review.open": Action.REVIEW,
    "review.queue": Action.REVIEW,
    "review.read": Action.RELEASE,
    "review.release": Action.RELEASE,
    "review.release_rest": Action.RELEASE,
    "review.settings": Action.SETTINGS,
    "revision.left": Action.REVISE,
    "revision.look": Action.REVISE,
    "revision.name": Action.REVISE,
    "revision.stand_for": Action.REVISE,
    "revision.start": Action.REVISE,
    "second.begin": Action.REVIEW,
    "second.fine": Action.REVIEW,
    "second.missed": Action.REVIEW,
    "review.settings_save": Action.SETTINGS,
    "review.to_office": Action.RELEASE,
    "review.withdraw": Action.CHANGE,
    "room.list": Action.ROOM,
    "roster.apply": Action.ROSTER,
    "roster.cancel": Action.ROSTER,
    "roster.partial": Action.ROSTER,
    "roster.show": Action.ROSTER,
    "rules.confirm": Action.LEXICON,
    "rules.propose": Action.LEXICON,
    "rules.refuse": Action.LEXICON,
    "rules.show": Action.RATES,
    "rules.words": Action.LEXICON,
    "sending.again": Action.DELIVERIES,
    "sending.arrived": Action.DELIVERIES,
    "sending.resume": Action.DELIVERIES,
    "support.again": Action.SUPPORT,
    "support.close": Action.SUPPORT,
    "support.form": Action.SUPPORT,
    "support.read": Action.SUPPORT,
}
# These look a row up before they know which right it takes (tests/conformance/test_rights.py), or
# open an empty form whose answer is what is asked for.
LATER = {
    "holds.ask_again", "holds.close", "holds.read", "holds.receive", "holds.release",
    "holds.return", "holds.save_return", "review.back", "review.back_form", "review.mask",
    "review.mask_form", "review.mask_words", "review.place", "review.withdraw_form",
    "room.here", "room.save", "room.show", "behalf.write", "rules.false_alarm",
}  # fmt: skip
# One's own things, which everybody on the roster has.
OWN = (
    "behalf.", "case.number", "case.show", "digest.pack", "digest.show", "discuss.", "find.",
    "help.", "holds.go_on", "holds.mine", "home.find", "names.", "nudge.", "offices.show",
    "people.roles", "profile.",
    "react.", "reflect.", "revision.mine", "revision.yes", "safety.", "share.", "sign_in.open",
    "status.show", "try.", "valid.yes", "wish.",
)  # fmt: skip
FILLED = {"word": "ことば", "does": "mask", "comment": "ことばを直してください"}
GIVEN = {  # what a button carries that is looked at before the right
    "roster.apply": "f p whole", "roster.cancel": "f p whole", "roster.partial": "f p whole",
    "holds.queue": "safety",
}  # fmt: skip


def every_action() -> set[str]:
    """All actions that a press is answered for: the tables', and the cases of the match."""
    match = ast.parse(inspect.getsource(answering._pressed))
    named = {
        one.value.value
        for one in ast.walk(match)
        if isinstance(one, ast.MatchValue) and isinstance(one.value, ast.Constant)
    }
    return {str(one) for one in named} | set(answering.PRESSED) | set(reviewers.FILLED)


@pytest.mark.attack(23)
def test_every_button_is_known_as_ones_own_or_asks_for_a_right() -> None:
    left = every_action() - set(ASKS) - LATER
    assert [one for one in sorted(left) if not one.startswith(OWN)] == []
    assert set(ASKS) | LATER <= every_action()


async def denials(house: House) -> list[str]:
    async with house.hub.library.db.reading(COMPANY) as shelf:
        mine = select(AuditEntry.subject).where(AuditEntry.what == DENIED)
        return list(await shelf.session.scalars(mine.order_by(AuditEntry.seq)))


async def become(house: House, member_id: str, roles: Collection[Role]) -> None:
    async with house.hub.library.db.transaction(COMPANY) as shelf:
        member = await shelf.people.member(member_id)
        assert member is not None
        member.roles = list(roles)


@pytest.mark.attack(23)
async def test_an_mr_is_told_kindly_and_the_trail_keeps_each_press(desk: DeskDriver) -> None:
    told = {}
    for action in ASKS:
        raw = {"user": SATO, "action": action, "value": GIVEN.get(action, "id-1")}
        (reply,) = await desk.replies({**raw, "fields": FILLED})
        told[action] = screen_of(reply.card).text
    kind = "この操作は、いまの役割ではできません(コード E-02)。"
    assert {action: text for action, text in told.items() if text != kind} == {}
    kept = [one.partition(":")[0] for one in await denials(desk.house)]
    assert kept == [str(right) for right in ASKS.values()]


@pytest.mark.attack(26)
async def test_what_was_shown_to_a_demoted_person_is_denied_at_the_next_press(
    desk: DeskDriver,
) -> None:
    head = desk.person(NAKAMURA)
    await head.says("確認の設定")
    await head.says("名簿 佐藤 美咲")
    await become(desk.house, NAKAMURA, [Role.MEMBER])
    assert "E-02" in await head.presses("保存する", office="all", compliance_sees="no")
    assert "E-02" in await head.presses("変更する", SATO)
    assert await denials(desk.house) == ["company.settings:", f"roster.keep:{SATO}"]


@pytest.mark.parametrize("role", [Role.IT_ADMIN, Role.AUDITOR])
async def test_who_runs_or_audits_it_finds_reads_and_shares_nothing(
    desk: DeskDriver, role: Role
) -> None:
    await become(desk.house, SATO, [role])
    sato = desk.person(SATO)
    assert "E-02" in await sato.says("秘書さんに聞いて電話の時間を変えた例、ある?")
    assert "E-02" in await sato.says("面会のあと資料を送ったら、先生から返信が来ました。")
    (reply,) = await desk.replies({"user": SATO, "action": "case.show", "value": "k1"})
    assert "E-02" in screen_of(reply.card).text


@pytest.mark.attack(28)
async def test_nobody_whatever_the_roles_reads_a_colleagues_draft_or_reflection(
    desk: DeskDriver,
) -> None:
    """A trust promise: what somebody did not share is theirs (reliability.md §10)."""
    sato = desk.person(SATO)
    await sato.says(WIN)
    draft_id = sato.value_of("共有する")
    await sato.says("振り返り")
    reflection_id = sato.value_of("ひとこと書く")
    memo = {"fields": {"text": "じつは一度も聞けていないので、次は聞いてみたい。"}}
    await desk.replies({"user": SATO, "action": "reflect.save", "value": reflection_id, **memo})
    await become(desk.house, NAKAMURA, list(Role))
    head = desk.person(NAKAMURA)
    seen = [await head.says(word) for word in LOOKS]
    for action in sorted(one for one in every_action() if one.startswith(PRIVATE)):
        for value in (draft_id, reflection_id, f"{reflection_id}:0"):
            raw = {"user": NAKAMURA, "action": action, "value": value, "fields": {}}
            seen += [screen_of(reply.card).text for reply in await desk.replies(raw)]
    assert not [text for text in seen if "聞いた16時" in text or "一度も聞けていない" in text]


PRIVATE = ("behalf.", "holds.go_on", "nudge.", "reflect.", "safety.", "share.")
LOOKS = (
    "ホーム", "状態", "役割", "営業所", "名簿", "名簿 佐藤 美咲", "確認待ち", "止めた投稿", "規則",
    "下書き", "部屋",
)  # fmt: skip
