"""Searches, filters and numbers that try to be SQL or a pattern: they are words, or nothing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, inspect, select

from cases.columns import Base
from cases.text import whole_number
from tests.drivers.desk import DeskDriver
from tests.fakes.pages import pages
from tests.fakes.sample_cast import MORI

SQL = (
    "' OR '1'='1",
    '\'; DROP TABLE "case"; --',
    "x') UNION SELECT name, sql, 1 FROM sqlite_master --",
    "%' AND (SELECT pg_sleep(10)) IS NULL --",
    "\\'; COPY member TO PROGRAM 'id' --",
    "$$;select 1;$$",
)
PATTERNS = {
    "like": "%_" * 5_000,
    "like escape": "\\%" * 5_000,
    "regex": "(a+)+$" * 1_600 + "!",
    "tsquery": "!(a & (b | !c)) <-> " * 500,
    "fts5": '"a" NEAR("b" "c", 10) * ^ - ' * 350,
    "quotes": "\"'" * 5_000,
    "brackets": "([{" * 3_300,
}
NUMBERS = ("²", "٣", "9" * 5_000, "-1", "1e9", "0x10", "1 OR 1=1", "NaN", "", " 1", "１")
SECONDS = 5.0  # CPU: an alarm for what tries all ways; a search itself is measured elsewhere


KEYS = ("sort", "channel", "area", "page", "try", "step", "day", "came", "month", "office", "told")


@pytest.mark.attack(45)
async def test_what_stands_in_an_address_is_compared_and_never_run(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        for value in (*SQL, *NUMBERS):
            for path in ("/library", "/", "/office"):
                asked = dict.fromkeys(KEYS, value[:600])
                status, _ = await page.get(path, params=asked)
                assert status < 500, (path, value[:20])
        assert (await page.get("/library", params={"page": "9" * 5_000}))[0] == 200
        assert "朝の3択で会える" in (await page.get("/library"))[1]


@pytest.mark.attack(45)
@pytest.mark.parametrize("text", NUMBERS)
def test_only_plain_digits_are_a_number(text: str) -> None:
    assert whole_number(text) is None
    assert whole_number("0120") == 120


@pytest.mark.slow
@pytest.mark.attack(45)
async def test_a_question_in_sql_finds_words_and_harms_no_table(desk: DeskDriver) -> None:
    mori = desk.person(MORI)
    before = _tables(desk)
    for text in SQL:
        await mori.says(f"{text} のような事例はありますか?")
        assert "E-" not in mori.sees
    assert _tables(desk) == before


def _tables(desk: DeskDriver) -> dict[str, int]:
    engine = create_engine(f"sqlite:///{desk.house.path}")
    with engine.connect() as connection:
        count = select(func.count())
        found = {
            table.name: connection.execute(count.select_from(table)).scalar_one()
            for table in Base.metadata.sorted_tables
            if table.name in ("case", "member", "office", "audit_entry")
        }
        names = inspect(engine).get_table_names()
    engine.dispose()
    return {**found, "tables": len(names)}


@pytest.mark.slow
@pytest.mark.attack(46)
@pytest.mark.parametrize("kind", PATTERNS)
async def test_a_pattern_of_a_database_is_words_and_answered_in_time(
    desk: DeskDriver, kind: str
) -> None:
    mori = desk.person(MORI)
    await mori.says("電話の事例はありますか?")
    begun = time.process_time()
    await mori.says(f"{PATTERNS[kind][:9_900]} のような事例はありますか?")
    assert time.process_time() - begun < SECONDS
    assert "E-" not in mori.sees
