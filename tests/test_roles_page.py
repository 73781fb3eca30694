"""docs/roles.md shows the table of cases/rights.py, in both languages, and is never behind it."""

from __future__ import annotations

from pathlib import Path

from bot.views.rights import rows

PAGE = Path(__file__).parents[1] / "docs/roles.md"
START, END = "<!-- rights {} -->\n", "<!-- end of rights {} -->"


def table(locale: str) -> str:
    """The rights as Markdown."""
    heading, *lines = rows(locale)
    ruled = [heading, ["---"] * len(heading), *lines]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in ruled)


def written(page: str) -> str:
    """The page with both tables as they are now."""
    for locale in ("ja", "en"):
        start, end = START.format(locale), END.format(locale)
        before, _, rest = page.partition(start)
        page = f"{before}{start}{table(locale)}{end}{rest.partition(end)[2]}"
    return page


def test_the_page_shows_the_table_that_the_code_reads() -> None:
    page = PAGE.read_text("utf-8")
    assert page == written(page), "python -m tests.test_roles_page"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8")), encoding="utf-8")
