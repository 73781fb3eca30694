"""控え in the browser: the queues for their readers alone, and the month as a file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from cases.models.case import Hold
from cases.scope import Scope
from tests.fakes.pages import COMPANY, Pages, pages

STOPPED = datetime(2026, 11, 4, 1, 0, tzinfo=UTC)


async def furnish(page: Pages, *roles: str) -> None:
    """A held text in each queue, and roles for the member `hq`."""
    async with page.db.transaction(Scope(COMPANY)) as shelf:
        member = await shelf.people.member("hq")
        assert member is not None
        member.roles = list(roles)
        for queue, rule in (("safety", "adverse_event"), ("compliance", "off_label")):
            shelf.cases.add(
                Hold(
                    company_id=COMPANY, draft_id=queue, author_id="sato", queue=queue,
                    rules=[rule], text=b"sealed", created_at=STOPPED,
                )
            )  # fmt: skip


async def test_each_role_sees_its_own_queue(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        await furnish(page, "safety")
        assert (await page.get("/holds"))[0] == 403
        assert (await page.get("/holds/2026-11.csv"))[0] == 403
        await page.post("/switch", who="hq")
        status, text = await page.get("/holds")
        assert status == 200
        assert "薬を使った方に起きたできごと" in text
        assert "承認範囲外" not in text
        assert "/holds/2026-11.csv" in text


async def test_the_month_is_a_file(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        await furnish(page, "safety")
        await page.post("/switch", who="hq")
        response = await page.client.get("/holds/2026-11.csv")
        assert (
            response.headers["Content-Disposition"] == 'attachment; filename="safety-2026-11.csv"'
        )
        assert (await response.text()).count("\r\n") == 3
        assert (await page.get("/holds/November.csv"))[0] == 400


async def test_a_moderator_has_the_compliance_queue_and_no_month(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        await furnish(page, "moderator")
        await page.post("/switch", who="hq")
        _, text = await page.get("/holds")
        assert "承認範囲外の情報提供" in text
        assert "薬を使った方" not in text
        assert ".csv" not in text.split("<main")[1]
        assert (await page.get("/holds/2026-11.csv"))[0] == 403
