"""Files to take away: no cell of them is a formula, and only the right people get them."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
from pathlib import Path
from typing import Any
from xml.sax.saxutils import unescape
from zipfile import ZipFile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cases import audit_export, exporting
from cases.errors import NotAllowed
from cases.models.case import Case
from cases.scope import Scope
from cases.spreadsheet import LONGEST, workbook
from cases.store.audit import Audit
from cases.store.case import Cases
from cases.vocabulary import Role
from tests.fakes.pages import COMPANY, Pages, pages

ATTACKS = [
    "=1+1",
    "+1",
    "-1",
    "@x",
    "\t=1",
    "\r=1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    " =1",
    "　=1",
    "\u200b=1",
]


@pytest.mark.attack(37)
@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.attack(37)
def test_a_cell_that_begins_like_a_formula_is_text(attack: str) -> None:
    assert exporting.cell(attack) == "'" + attack
    assert exporting.cell([attack, "b"]).startswith("'")


@pytest.mark.attack(37)
@given(st.text(max_size=40))
@example("'=1")
@pytest.mark.attack(37)
def test_no_text_at_all_becomes_a_formula(text: str) -> None:
    shown = exporting.cell(text)
    assert not shown.lstrip().startswith(exporting.FORMULA)
    assert shown.removeprefix("'") == text.removeprefix("'")


def sheet(content: bytes) -> tuple[list[str], str]:
    """The texts of all cells, and the whole of the file as text."""
    with ZipFile(io.BytesIO(content)) as file:
        whole = "".join(file.read(name).decode() for name in file.namelist())
        cells = file.read("xl/worksheets/sheet1.xml").decode()
    found = re.findall(r'<t xml:space="preserve">(.*?)</t>', cells, re.DOTALL)
    return [unescape(one) for one in found], whole


@pytest.mark.attack(38)
def test_an_excel_file_is_text_without_formulas_and_links() -> None:
    texts = [*ATTACKS, '=HYPERLINK("http://evil.example")', "</t></is></c><f>1</f>", "a\x00b\ud800"]
    cells, whole = sheet(workbook([texts, ["x" * (LONGEST + 1)]]))
    assert cells == [*texts[:-1], "ab", "x" * LONGEST]
    assert not re.search(r"<f>|<f |hyperlink[^(]|externalLink|Target=\"http|<c t=\"n\"", whole)
    assert whole.count('<c t="inlineStr">') == len(texts) + 1
    assert workbook([texts]) == workbook([texts])


async def furnish(page: Pages, *roles: str) -> None:
    """A company-wide case with an attack in its title, and roles for the member `hq`."""
    async with page.db.transaction(Scope(COMPANY)) as shelf:
        member = await shelf.people.member("hq")
        assert member is not None
        member.roles = list(roles)
        case = (await shelf.cases.company_wide())[0]
        assert isinstance(case, Case)
        case.title = "=cmd|calc"


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
@pytest.mark.attack(39)
async def test_head_office_takes_the_cases_away_and_the_trail_has_the_rows(
    form: str, tmp_path: Path
) -> None:
    async with pages(tmp_path) as page:
        await furnish(page, "hq_admin")
        assert (await page.get(f"/export/cases.{form}"))[0] == 403
        await page.post("/switch", who="hq")
        response = await page.client.get(f"/export/cases.{form}")
        named = response.headers["Content-Disposition"]
        assert (response.status, named) == (200, f'attachment; filename="cases.{form}"')
        content = await response.read()
        if form == "xlsx":
            assert "=cmd|calc" in sheet(content)[0]
        if form == "csv":
            titles = [
                row["title"] for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
            ]
            assert "'=cmd|calc" in titles
        async with page.db.transaction(Scope(COMPANY)) as shelf:
            count = len(await shelf.cases.company_wide())
            last = await shelf.audit.last()
            assert last is not None
            assert (last.actor, last.what, last.subject) == (
                "hq",
                f"export.{form}",
                f"rows={count}",
            )


async def test_another_form_or_day_is_said_so(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        await furnish(page, "hq_admin", "auditor")
        await page.post("/switch", who="hq")
        assert (await page.get("/export/cases.exe"))[0] == 404
        for days in (
            "from=x&to=y",
            "from=2026-01-01&to=9999-12-31",
            "from=0001-01-01&to=2026-01-01",
        ):
            status, text = await page.get(f"/export/audit.csv?{days}")
            assert (status, "E-08" in text) == (400, True), days
        assert "/export/audit.csv" in (await page.get("/status"))[1]
        assert "/export/cases.xlsx" in (await page.get("/library"))[1]
        await page.post("/switch", who="sato")
        assert "/export/" not in (await page.get("/library"))[1]


@pytest.mark.attack(39)
async def test_the_auditor_takes_the_trail_and_head_office_does_not(tmp_path: Path) -> None:
    where = "/export/audit.csv?from=2026-01-01&to=2036-01-01"
    async with pages(tmp_path) as page:
        await furnish(page, "auditor")
        await page.post("/switch", who="hq")
        assert (await page.get("/export/cases.csv"))[0] == 403
        status, text = await page.get(where)
        assert status == 200
        assert text.lstrip("\ufeff").startswith("number,at,actor,name,what")
        await furnish(page, "hq_admin")
        assert (await page.get(where))[0] == 403


@pytest.mark.attack(39)
async def test_nobody_else_exports(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        for role in set(Role) - {Role.HQ_ADMIN}:
            scope = Scope(COMPANY, "sato", frozenset({role}))
            async with page.db.transaction(scope) as shelf:
                with pytest.raises(NotAllowed):
                    await exporting.read(shelf)


@pytest.mark.parametrize(
    "path", ["/export/cases.xlsx", "/export/audit.csv?from=2026-01-01&to=2036-01-01"]
)
async def test_others_write_while_a_file_is_read_and_built(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process's write, at once or not at all, from inside of reading and of building."""
    written: list[str] = []

    def writes(where: str) -> None:
        other = sqlite3.connect(tmp_path / "pages.db", timeout=0)
        with other:
            other.execute("update company set name = name || '.'")
        other.close()
        written.append(where)

    async with pages(tmp_path) as page:
        await furnish(page, "hq_admin", "auditor")
        await page.get("/export/cases.csv")  # an act: it is denied
        await page.post("/switch", who="hq")
        for owner, name, where in STEPS:
            monkeypatch.setattr(owner, name, _then(writes, getattr(owner, name), where))
        assert (await page.client.get(path)).status == 200
    assert set(written) == {"read", "built"}


STEPS: list[tuple[Any, str, str]] = [
    (Cases, "company_wide", "read"),
    (Audit, "pages", "read"),
    (exporting, "row_of", "built"),
    (audit_export, "cell", "built"),
]


def _then(writes: Any, do: Any, where: str) -> Any:
    def done(*given: Any) -> Any:
        writes(where)
        return do(*given)

    return done
