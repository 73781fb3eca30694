"""The roster on both databases: a file applied, coming days, seats, roles, and who may do it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cases import members, months, offices, roles, roster, roster_state
from cases.errors import BadInput, NotAllowed, NotFound
from cases.members import shown_name
from cases.models.org import Member, Workspace
from cases.roster_plan import Deed, Plan, Rules, plan
from cases.roster_rows import read
from cases.vocabulary import Role
from tests.conformance.conftest import Acts
from tests.fakes.cast import MEMBERS, NOON, OFFICES, case_of

TODAY = NOON.date()
HEAD = "氏名,メール,Slack ID,営業所,営業部,役割,推進メンバー,異動日,退職日\n"
DUTY = {"ando": "主", "kato": "主"}
WORDS = {Role.MANAGER: "グループマネジャー", Role.HQ_ADMIN: "事務局"}


def line(key: str, **changes: str) -> str:
    """The line of one of the cast as the roster of today has it."""
    office_id, had = MEMBERS[key]
    cells = {
        "name": key,
        "mail": f"{key}@c1.example",
        "slack": "",
        "office": OFFICES.get(office_id or "", ""),
        "region": "",
        "roles": "・".join(WORDS[role] for role in had if role in WORDS),
        "duty": DUTY.get(key, ""),
        "from": "",
        "left": "",
    } | changes
    return ",".join(cells.values()) + "\n"


def whole(**lines: str) -> str:
    """The roster of today with some lines instead of theirs; "" leaves one out."""
    there = {key: line(key) for key in MEMBERS if key != "ono"} | lines
    return HEAD + "".join(there.values())


async def planned(acts: Acts, text: str, rules: Rules | None = None) -> Plan:
    async with acts(None) as shelf:
        return plan(await roster_state.read(shelf), read(text), TODAY, rules)


async def apply(acts: Acts, text: str, rules: Rules | None = None) -> Plan:
    async with acts(None) as shelf:
        made = plan(await roster_state.read(shelf), read(text), TODAY, rules)
        await roster.apply(shelf, made, "sha256")
        return made


async def member(acts: Acts, key: str) -> Member:
    async with acts(None) as shelf:
        found = await shelf.people.by_email(f"{key}@c1.example")
        assert found is not None
        return found


async def seats(acts: Acts) -> dict[str, tuple[str, str | None]]:
    async with acts(None) as shelf:
        return {
            row.office_id: (row.member_id, row.deputy_id) for row in await shelf.people.promoters()
        }


def deeds(made: Plan) -> dict[str, Deed]:
    return {step.name: step.deed for step in made.steps}


async def test_the_roster_of_today_changes_nothing(acts: Acts) -> None:
    async with acts(None) as shelf:  # the system member that imported cases belong to
        shelf.people.add(Member(company_id="c1", id="import", name="取り込み", active=False))
    made = await apply(acts, whole())
    assert set(deeds(made).values()) == {Deed.SAME}
    assert made.changes_nothing


async def test_a_file_adds_changes_moves_and_lets_go_and_a_second_time_does_nothing(
    acts: Acts,
) -> None:
    text = whole(
        sato=line("sato", name="佐藤 健", slack="U0SATO"),
        ito=line("ito", office="札幌営業所", region="北海道営業部"),
        mori="",
        suzuki="鈴木,suzuki@c1.example,,神戸営業所,,,副,,\n",
        bad="誰か,,,,,,,,\n",
    )
    made = await planned(acts, text)
    assert (made.counts[Deed.BAD], made.counts[Deed.LEFT], made.stay) == (1, 0, 1)
    text = text.replace("誰か,,,,,,,,\n", "")
    made = await apply(acts, text)
    assert deeds(made) == {
        "鈴木": Deed.ADDED, "ito": Deed.MOVED, "佐藤 健": Deed.CHANGED, "mori": Deed.LEFT,
        "ando": Deed.SAME, "kato": Deed.SAME, "nakamura": Deed.SAME,
    }  # fmt: skip
    suzuki = await member(acts, "suzuki")
    assert suzuki.roles == [Role.PROMOTER]
    assert await seats(acts) == {"sendai": ("ando", None), "kobe": ("kato", suzuki.id)}
    async with acts(None) as shelf:
        office = await offices.find(shelf, "札幌")
        assert office.region == "北海道営業部"
        assert (await shelf.people.member("ito")).office_id == office.id  # type: ignore[union-attr] # one of the cast
        assert [(row.what, row.from_office_id) for row in await shelf.roster.history("ito")] == [
            ("move", "osaka")
        ]
        assert (await shelf.people.account("w1", "U0SATO")).member_id == "sato"  # type: ignore[union-attr] # the roster names it
    again = await apply(acts, text)
    assert again.changes_nothing
    assert again.fingerprint != made.fingerprint


async def test_a_leaver_is_a_former_colleague_whose_cases_stay_and_whose_seat_is_taken(
    acts: Acts,
) -> None:
    async with acts("kato") as shelf:
        shelf.cases.add(case_of("stays", "kato"))
        shelf.people.add(Member(company_id="c1", id="abe", name="abe", email="abe@c1.example",
                                office_id="kobe", roles=["member"]))  # fmt: skip
    await apply(acts, whole(abe="abe,abe@c1.example,,神戸営業所,,,副,,\n"))
    await apply(acts, whole(kato=line("kato", left="2026-11-01", duty=""),
                            abe="abe,abe@c1.example,,神戸営業所,,,副,,\n"))  # fmt: skip
    assert await seats(acts) == {"sendai": ("ando", None), "kobe": ("abe", None)}
    gone = await member(acts, "kato")
    assert (gone.active, shown_name(gone), Role.PROMOTER in gone.roles) == (False, "退職者", False)
    async with acts("sato") as shelf:
        case = await shelf.cases.get("stays")
        assert case is not None
        assert (case.office_id, case.author_id) == ("kobe", "kato")


async def test_a_coming_move_is_kept_and_done_on_its_day_with_roles_and_seat(acts: Acts) -> None:
    day = TODAY + timedelta(days=20)
    text = whole(
        sato=line("sato")
        + line("sato", office="大阪営業所", duty="主", **{"from": day.isoformat()}),
        ito=line("ito", left=(day - timedelta(days=1)).isoformat()),
        new=f"新人,new@c1.example,,神戸営業所,,,,{day},\n",
    )
    made = await apply(acts, text)
    assert made.counts[Deed.DATED] == 3
    assert (await planned(acts, text)).changes_nothing
    async with acts(None) as shelf:
        shelf.cases.add(case_of("before", "sato"))
        assert await roster.do_due(shelf, day - timedelta(days=1)) == 0
        assert (await shelf.people.member("sato")).office_id == "sendai"  # type: ignore[union-attr] # one of the cast
    assert not (await member(acts, "new")).active
    async with acts(None) as shelf:
        assert await roster.do_due(shelf, day) == 3
    async with acts(None) as shelf:
        assert await roster.do_due(shelf, day) == 0
        assert (await shelf.cases.any("before")).office_id == "sendai"  # type: ignore[union-attr] # added above
    sato, new, ito = [await member(acts, key) for key in ("sato", "new", "ito")]
    assert (sato.office_id, sato.roles) == ("osaka", [Role.PROMOTER])
    assert (new.active, new.office_id, ito.active) == (True, "kobe", False)
    assert (await seats(acts))["osaka"] == ("sato", None)


async def test_a_file_that_is_cut_off_asks_for_the_number_of_those_who_would_leave(
    acts: Acts,
) -> None:
    made = await planned(acts, HEAD + line("nakamura") + line("sato"))
    assert (made.gone, made.needs_word) == (4, True)
    made = await planned(acts, HEAD + line("sato", name="佐藤"), Rules(partial=True))
    assert (made.gone, deeds(made)) == (0, {"佐藤": Deed.CHANGED})


async def test_lines_that_contradict_each_other_are_told_and_the_first_one_holds(
    acts: Acts,
) -> None:
    text = whole(
        sato=line("sato") * 2,
        ito=line("ito", slack="U0ITO") + line("ito", name="伊藤"),
        mori=line("mori", duty="主"),
        other="別人,sato@c1.example,U0ITO,,,,,,\n",
    )
    made = await planned(acts, text)
    bad = {(step.name, step.why) for step in made.steps if step.deed is Deed.BAD}
    assert bad == {("伊藤", "twice"), ("別人", "two_people"), ("mori", "two_promoters")}
    assert made.counts[Deed.DUPLICATE] == 1


async def test_an_address_that_only_the_platform_knows_is_the_same_person(acts: Acts) -> None:
    async with acts(None) as shelf:
        account = await shelf.people.account("w1", "sato")
        assert account is not None
        account.email = "married@c1.example"
    made = await apply(acts, whole(sato=line("sato", mail="married@c1.example")))
    assert made.counts == {Deed.CHANGED: 1, Deed.SAME: 5}


@pytest.mark.attack(27)
async def test_the_last_head_office_stays(acts: Acts) -> None:
    with pytest.raises(roles.LastOne):
        await apply(acts, whole(nakamura=""))
    with pytest.raises(roles.LastOne):
        await apply(acts, whole(nakamura=line("nakamura", roles="")))
    assert (await member(acts, "nakamura")).active
    await apply(acts, whole(nakamura=line("nakamura", left="2026-11-20")))
    async with acts(None) as shelf:
        assert await roster.do_due(shelf, date(2026, 11, 21)) == 0
    assert (await member(acts, "nakamura")).active


async def test_an_importer_gives_only_the_roles_that_they_may_and_none_to_themselves(
    acts: Acts,
) -> None:
    rules = Rules(may=roles.may_give([Role.HQ_ADMIN]), me="nakamura")
    text = whole(
        sato=line("sato", roles="コンプライアンス確認"),
        ito=line("ito", roles="グループマネジャー"),
        nakamura=line("nakamura", roles="事務局・グループマネジャー"),
    )
    made = await apply(acts, text, rules)
    why = {step.name: step.why for step in made.steps if step.deed is Deed.BAD}
    assert why == {"sato": "role_not_allowed", "nakamura": "own_role"}
    assert Role.MANAGER in (await member(acts, "ito")).roles
    assert Role.MODERATOR not in (await member(acts, "sato")).roles


ANY_ROLE = [role for role in Role if role not in (Role.MEMBER, Role.PROMOTER)]


@pytest.mark.parametrize("by", list(Role))
async def test_who_may_give_which_role(acts: Acts, by: Role) -> None:
    async with acts(None) as shelf:
        giver = await shelf.people.member("kato")
        assert giver is not None
        giver.roles = [by]
    for role in ANY_ROLE:
        async with acts("kato") as shelf:
            shelf.scope = type(shelf.scope)("c1", "kato", frozenset({by}))
            allowed = role in roles.may_give({by})
            if allowed:
                assert role in (await roles.give(shelf, "sato", role)).roles
                assert await shelf.audit.has("role.give", f"sato:{role}")
                with pytest.raises(roles.OwnRole):
                    await roles.give(shelf, "kato", role)
                assert role not in (await roles.take(shelf, "sato", role)).roles
            else:
                with pytest.raises(NotAllowed):
                    await roles.give(shelf, "sato", role)


async def test_one_first_promoter_and_one_deputy_and_vacancies_are_listed(acts: Acts) -> None:
    async with acts("nakamura") as shelf:
        await offices.name_promoter(shelf, "sato", "deputy")
        await offices.name_promoter(shelf, "sato", "main")
    assert (await seats(acts))["sendai"] == ("sato", None)
    async with acts("nakamura") as shelf:
        found = {one.office.id: one for one in await offices.standings(shelf)}
        assert (found["sendai"].people, found["osaka"].promoter) == (2, None)
        assert found["sendai"].promoter is not None
        assert Role.PROMOTER not in (await shelf.people.member("ando")).roles  # type: ignore[union-attr] # one of the cast
        await roster.move(shelf, "sato", "大阪営業所", months.day_of(NOON), months.day_of(NOON))
    assert "sendai" not in await seats(acts)
    async with acts("sato") as shelf:
        with pytest.raises(NotAllowed):
            await offices.standings(shelf)
        with pytest.raises(NotAllowed):
            await roster.move(shelf, "sato", "大阪営業所", TODAY, TODAY)


async def test_a_move_to_come_can_be_cancelled(acts: Acts) -> None:
    day = TODAY + timedelta(days=3)
    async with acts("nakamura") as shelf:
        await roster.move(shelf, "sato", "大阪営業所", day, TODAY)
        await roster.move(shelf, "sato", "神戸営業所", day, TODAY)  # the last word counts
        (row,) = await shelf.roster.moves()
        await roster.cancel_move(shelf, row.id)
    async with acts(None) as shelf:
        assert await shelf.roster.moves() == []


async def test_a_region_is_renamed_and_a_coming_day_that_the_file_drops_is_cancelled(
    acts: Acts,
) -> None:
    day = (TODAY + timedelta(days=20)).isoformat()
    await apply(acts, whole(sato=line("sato", region="東北", left=day), ito=line("ito", left=day)))
    await apply(acts, whole(sato=line("sato", region="東日本"), ito=line("ito", left=day)))
    async with acts(None) as shelf:
        assert [row.member_id for row in await shelf.roster.moves()] == ["ito"]
        assert (await offices.find(shelf, "sendai")).region == "東日本"


async def test_a_coming_day_of_somebody_who_is_gone_meanwhile_does_nothing(acts: Acts) -> None:
    async with acts("nakamura") as shelf:
        for who in ("sato", "mori"):
            await roster.move(shelf, who, "大阪営業所", TODAY + timedelta(days=1), TODAY)
        sato = await shelf.people.member("sato")
        assert sato is not None
        await roster.leave(shelf, sato)
        (row,) = [one for one in await shelf.roster.moves() if one.member_id == "mori"]
        row.member_id = "nobody"
        assert await roster.do_due(shelf, TODAY + timedelta(days=1)) == 2
        assert sato.office_id == "sendai"
        await shelf.people.flush()
        with pytest.raises(NotFound):
            await roster.cancel_move(shelf, row.id)
        for call in (roster.move(shelf, "sato", None, TODAY, TODAY),
                     offices.name_promoter(shelf, "sato", "main"),
                     roles.take(shelf, "sato", Role.MANAGER)):  # fmt: skip
            with pytest.raises(NotFound):
                await call


async def test_a_role_that_is_there_is_not_given_twice_and_one_that_is_not_is_not_taken(
    acts: Acts,
) -> None:
    async with acts("nakamura") as shelf:
        await roles.give(shelf, "mori", Role.MANAGER)
        await roles.take(shelf, "sato", Role.MANAGER)
        assert not await shelf.audit.has("role.give", f"mori:{Role.MANAGER}")
        assert not await shelf.audit.has("role.take", f"sato:{Role.MANAGER}")
        with pytest.raises(BadInput):
            await offices.name_promoter(shelf, "nakamura", "main")
        with pytest.raises(NotFound):
            await offices.find(shelf, "営業所")
        await offices.settle(shelf, "osaka", "nobody", None)  # a row from elsewhere
        await offices.name_promoter(shelf, "ito", "main")
    assert (await seats(acts))["osaka"] == ("ito", None)


@pytest.mark.attack(27)
async def test_the_last_head_office_keeps_that_role_on_a_coming_day(acts: Acts) -> None:
    later = (TODAY + timedelta(days=2)).isoformat()
    text = whole(nakamura=line("nakamura") + line("nakamura", roles="", **{"from": later}))
    await apply(acts, text)
    async with acts(None) as shelf:
        assert await roster.do_due(shelf, TODAY + timedelta(days=2)) == 0
    async with acts("nakamura") as shelf:
        await roles.give(shelf, "mori", Role.HQ_ADMIN)
    async with acts(None) as shelf:
        assert await roster.do_due(shelf, TODAY + timedelta(days=2)) == 1
        found = await shelf.people.member("nakamura")
        assert found is not None
        assert found.roles == [Role.MEMBER]
        mori = await shelf.people.member("mori")
        assert mori is not None
        with pytest.raises(roles.LastOne):
            await roster.leave(shelf, mori)


async def test_ids_of_the_chat_make_accounts_where_slack_is_one_workspace(acts: Acts) -> None:
    async with acts(None) as shelf:
        shelf.people.add(
            Workspace(company_id="c1", id="w2", platform="slack", external_id="T-other")
        )
    await apply(acts, whole(sato=line("sato", slack="U0SATO")))
    async with acts(None) as shelf:
        assert await shelf.people.account("w1", "U0SATO") is None
        found = await members.connect(shelf, "w1", "U0SATO", {"user": "U0SATO"})
        assert found is not None
        assert found.id == "sato"


async def test_what_the_platform_tells_of_a_person_is_kept_beside_the_roster(acts: Acts) -> None:
    news = {"gone": False, "ours": True}

    async def told(user: str, email: str = "", **changes: bool) -> bool:
        async with acts(None) as shelf:
            known = await members.is_news(shelf, "w1", user, email=email, **(news | changes))
            await members.told(shelf, "w1", user, {}, email=email, **(news | changes))
            return known

    assert not await told("U0NOBODY", "nobody@c1.example")
    assert not await told("U0NOBODY")
    assert not await told("U0ONO", "ono@c1.example")  # has left
    assert not await told("U0ITO", "ito@c1.example", gone=True)
    assert await told("U0ITO", "ito@c1.example")
    assert not await told("U0ITO", "ito@c1.example")
    assert await told("U0ITO", "hana@c1.example")
    assert await told("U0ITO", "hana@c1.example", gone=True)
    async with acts(None) as shelf:
        account = await shelf.people.account("w1", "U0ITO")
        assert account is not None
        assert (account.email, account.blocked) == ("hana@c1.example", members.DEACTIVATED)
    assert await told("U0ITO", "", ours=False)
    async with acts(None) as shelf:
        assert await shelf.people.account("w1", "U0ITO") is None


async def test_by_which_address_somebody_is_known_is_in_the_trail(acts: Acts) -> None:
    """Whoever speaks from an account has its member's rights."""
    await apply(acts, whole(sato=line("sato", slack="U012345678")))
    async with acts(None) as shelf:
        for _ in range(2):  # the second time they are known
            assert await members.connect(shelf, "w1", "U7", {}, "ito@c1.example") is not None
        about = [(one.what, one.subject) for one in await shelf.audit.entries()]
    assert ("member.address", "sato") in about
    assert about.count(("account.link", "ito")) == 1
