"""Who may find which case: company-wide, one's own office's, one's own; never what is withdrawn."""

from __future__ import annotations

import pytest

from cases.search import visible
from cases.vocabulary import Status
from tests.conformance.conftest import Acts
from tests.fakes.cast import case_of, scope_of

AUTHORS = ("sato", "kato")  # of 仙台 and 神戸
ALL = {f"{author}-{status}" for author in AUTHORS for status in Status}
EVERYWHERE = {f"{author}-{status}" for author in AUTHORS for status in ("company", "stale")}


@pytest.fixture
async def library(acts: Acts) -> Acts:
    async with acts() as shelf:
        for author in AUTHORS:
            shelf.cases.add(
                *(case_of(f"{author}-{status}", author, status=status) for status in Status)
            )
    return acts


@pytest.mark.parametrize(
    ("member_id", "also"),
    [
        ("sato", {"sato-office"}),
        ("ando", {"sato-office"}),
        ("mori", {"kato-office"}),
        ("ito", set()),
        ("nakamura", set()),
        (None, set()),
    ],
)
async def test_a_member_finds_company_wide_own_offices_and_own_cases(
    library: Acts, member_id: str | None, also: set[str]
) -> None:
    async with library(member_id) as shelf:
        assert {one.id for one in await shelf.cases.listed()} == EVERYWHERE | also
        assert set(await shelf.cases.many(ALL)) == EVERYWHERE | also
        assert {key for key in ALL if await shelf.cases.get(key)} == EVERYWHERE | also
        assert {key for key in ALL if await shelf.cases.any(key)} == ALL


async def test_an_author_who_moved_still_finds_the_own_case(acts: Acts) -> None:
    async with acts() as shelf:
        shelf.cases.add(case_of("old", "ito", office_id="kobe", status=Status.OFFICE))
    async with acts("ito") as shelf:
        assert {one.id for one in await shelf.cases.listed()} == {"old"}


async def test_lists_leave_out_what_was_taken_back(library: Acts) -> None:
    async with library() as shelf:
        published = {"sato-office", "sato-company", "sato-stale"}
        assert {case.id for case in await shelf.cases.of_office("sendai")} == published
        assert {case.id for case in await shelf.cases.by_author("sato")} == published
        assert {case.id for case in await shelf.cases.company_wide()} == {
            "sato-company",
            "kato-company",
        }
        assert await shelf.cases.counts() == dict.fromkeys(map(str, Status), 2)


def test_the_index_asks_for_the_same_walls() -> None:
    assert visible(scope_of("sato")) == {"status:company", "office:sendai", "author:sato"}
    assert visible(scope_of("nakamura")) == {"status:company", "author:nakamura"}
    assert visible(scope_of(None)) == {"status:company"}


async def test_a_list_is_read_by_the_page_newest_first(library: Acts) -> None:
    """Never by the ids of all: PostgreSQL takes 65,535 of them, and a company may have more."""
    async with library() as shelf:
        shelf.cases.add(*(case_of(f"n{number}", "kato", days_ago=number) for number in range(5)))
    async with library("sato") as shelf:
        assert await shelf.cases.visible_count() == len(await shelf.cases.listed()) == 10
        assert [one.id for one in await shelf.cases.listed(1, 3)] == ["n1", "n2", "n3"]
        assert await shelf.cases.listed(10, 3) == []
