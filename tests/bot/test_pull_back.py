"""下げる: the 推進メンバー of an office takes a colleague's case back before it is company-wide."""

from __future__ import annotations

from tests.drivers.desk import DeskDriver
from tests.fakes.sample_cast import ABE, KATO, NAKAMURA, QUESTION, SATO, TICKS, WIN

ENDO = "endo"


async def shared(desk: DeskDriver, who: str = SATO) -> str:
    author = desk.person(who)
    await author.says(WIN)
    await author.presses("共有する", declared=list(TICKS), show_author="no")
    await desk.house.embed()
    return author.value_of("取り下げる")


async def test_a_promoter_takes_a_colleagues_case_back_and_its_author_reads_why(
    desk: DeskDriver,
) -> None:
    case_id = await shared(desk)
    endo, sato, abe = desk.person(ENDO), desk.person(SATO), desk.person(ABE)
    await endo.says(QUESTION)
    await endo.presses("下げる", case_id)
    assert "だれにも見えなくなります" in endo.sees
    await endo.presses("下げる", case_id, comment="本人の了承がまだのお話でした")
    await sato.opens_mail()
    assert "営業所の推進メンバーが、あなたの事例" in sato.sees
    assert "本人の了承がまだのお話でした" in sato.sees
    await abe.says(QUESTION)
    assert case_id not in str([screen.keys for screen in abe.screens])


async def test_a_reason_is_needed_and_passes_the_guard(desk: DeskDriver) -> None:
    case_id = await shared(desk)
    endo = desk.person(ENDO)
    await endo.says(QUESTION)
    await endo.presses("下げる", case_id)
    await endo.presses("下げる", case_id, comment=" ")
    assert "コメント" in endo.sees
    assert endo.screens[-1].keys[-1].action == "pull.save"


async def test_other_offices_own_cases_and_released_ones_have_no_such_button(
    desk: DeskDriver,
) -> None:
    case_id = await shared(desk, who=ENDO)
    endo, abe, kato = desk.person(ENDO), desk.person(ABE), desk.person(KATO)
    for who in (endo, abe):
        await who.says(QUESTION)
        assert "pull.form" not in {key.action for key in who.screens[-1].keys}
    nakamura = desk.person(NAKAMURA)
    await nakamura.says("確認待ち")
    await nakamura.presses("全社に公開する", case_id)
    await kato.says(QUESTION)
    assert case_id in str(kato.screens[-1].keys)
    assert "pull.form" not in {key.action for key in kato.screens[-1].keys}
