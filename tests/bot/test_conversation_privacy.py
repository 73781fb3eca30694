"""What nobody may find: clear names on the disk, drafts of others, text of held posts."""

from __future__ import annotations

import pytest

from bot.views.words import LOCALES, say
from cases import errors
from tests.drivers.desk import DeskDriver
from tests.fakes.sample_cast import ABE, EVENT, NAME, SATO, TICKS, WIN

CODES = sorted(
    found.code
    for found in vars(errors).values()
    if isinstance(found, type) and issubclass(found, errors.CaseError)
)


async def test_a_masked_name_is_on_no_disk_at_any_time(desk: DeskDriver) -> None:
    sato = desk.person(SATO)
    await sato.says(WIN)
    assert NAME.encode() not in desk.house.bytes()
    await sato.presses("直す")
    assert NAME in sato.sees
    await sato.presses("内容を確認する", situation=f"{NAME}は午後がお忙しい")
    assert NAME.encode() not in desk.house.bytes()
    await sato.presses("共有する", declared=list(TICKS))
    assert NAME.encode() not in desk.house.bytes()
    assert "A先生".encode() in desk.house.bytes()


@pytest.mark.parametrize("text", [WIN, f"{NAME}に会えた例、ある?", f"{NAME}の件"])
async def test_an_event_lies_sealed_before_it_is_handled(desk: DeskDriver, text: str) -> None:
    reception = desk.house.hub.reception
    kept = await reception.keep("web", "local", "e-sealed", {"user": SATO, "text": text})
    assert NAME.encode() not in desk.house.bytes()
    assert kept is not None
    await reception.handle(kept, direct=True)
    assert NAME.encode() not in desk.house.bytes()


async def test_a_held_post_lies_sealed(desk: DeskDriver) -> None:
    await desk.person(SATO).says(f"メールを送ったら返信が来ました。{EVENT}")
    assert "発疹".encode() not in desk.house.bytes()


async def test_a_repeated_event_is_answered_once(desk: DeskDriver) -> None:
    reception = desk.house.hub.reception
    raw = {"user": ABE, "text": WIN}
    first = await reception.keep("web", "local", "e-twice", raw)
    again = await reception.keep("web", "local", "e-twice", raw)
    assert first is not None
    assert again is not None
    assert first.fresh
    assert not again.fresh
    assert await reception.handle(first, direct=True)
    assert await reception.handle(first, direct=True) == []
    assert await reception.handle(again, direct=True) == []


async def test_an_event_of_an_unknown_team_is_not_kept(desk: DeskDriver) -> None:
    assert await desk.house.hub.reception.keep("web", "elsewhere", "e1", {"user": SATO}) is None


@pytest.mark.parametrize("code", CODES)
def test_every_error_has_words_in_both_languages(code: str) -> None:
    for locale in LOCALES:
        assert code in say(locale, f"error.{code}", code=code, detail="")


async def test_a_form_that_comes_too_late_leaves_no_name_in_the_ledger(desk: DeskDriver) -> None:
    sato, reception = desk.person(SATO), desk.house.hub.reception
    await sato.says(WIN)
    raw = {"user": SATO, "action": "share.edit", "value": sato.value_of("直す")}
    kept = await reception.keep("web", "local", "e-late", raw)
    assert kept is not None
    await reception.receive(reception.events.pop(kept.event_id))  # its process had died
    assert "下書きに保存しました" in await sato.opens_mail()
    assert NAME.encode() not in desk.house.bytes()


@pytest.mark.parametrize(
    ("user", "action", "value", "key"),
    [
        ("mori", "behalf.write", "", "text"),
        ("nakamura", "review.mask_words", "{case}:m", "words"),
        ("nakamura", "review.withdraw", "{case}", "comment"),
        ("nakamura", "review.back", "{case}", "comment"),
        ("endo", "pull.save", "{case}", "comment"),
        ("nakamura", "rules.propose", "", "word"),
    ],
)
async def test_a_form_that_is_refused_too_late_leaves_what_was_typed_nowhere(
    desk: DeskDriver, user: str, action: str, value: str, key: str
) -> None:
    sato, reception = desk.person(SATO), desk.house.hub.reception
    await sato.says(WIN)
    await sato.presses("共有する", declared=list(TICKS))
    about = value.format(case=sato.value_of("取り下げる"))
    raw = {"user": user, "action": action, "value": about, "fields": {key: f"{EVENT} {NAME}"}}
    if key == "word":  # one that waits is shown around the next one, which is too short
        await desk.replies({**raw, "fields": {key: NAME, "does": "add:mask"}})
        raw["fields"] = {key: "", "does": "add:mask"}
    kept = await reception.keep("web", "local", f"e-{action}", raw)
    assert kept is not None
    await reception.receive(reception.events.pop(kept.event_id))
    assert await desk.person(user).opens_mail()
    assert NAME.encode() not in desk.house.bytes()


async def test_a_held_text_that_is_read_too_late_is_not_in_the_ledger(desk: DeskDriver) -> None:
    reception, ogawa = desk.house.hub.reception, desk.person("ogawa")
    await desk.person(SATO).says(f"メールを送ったら返信が来ました。{EVENT}")
    await ogawa.says("控え")
    raw = {"user": "ogawa", "action": "holds.read", "value": ogawa.value_of("本文を読む")}
    kept = await reception.keep("web", "local", "e-read", raw)
    assert kept is not None
    await reception.receive(reception.events.pop(kept.event_id))
    assert "もう一度" in await ogawa.opens_mail()
    assert "発疹".encode() not in desk.house.bytes()
