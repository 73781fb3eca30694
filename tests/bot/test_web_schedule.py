"""配信の予定 in the browser: dates before saving, sentences for bad input, and only for 事務局."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.server import make_app
from cases import sample
from cases.scope import Scope
from scheduler.models import ScheduleState
from scheduler.store.plans import Plans
from tests.fakes.house import House
from tests.fakes.sample_cast import NAKAMURA, SATO

DIGEST = "/schedule/monthly_digest"


@dataclass
class Browser:
    """A browser without scripts, as one person."""

    http: TestClient[Any, Any]
    csrf: str = ""
    version: str = "1"

    async def become(self, who: str, locale: str = "ja") -> None:
        await self.get("/")
        await self.post("/switch", {"who": who})
        await self.get("/")
        await self.post("/language", {"locale": locale})

    async def get(self, path: str) -> tuple[int, str]:
        async with self.http.get(path) as response:
            return response.status, self._read(await response.text())

    async def post(self, path: str, fields: Mapping[str, Any]) -> tuple[int, str]:
        async with self.http.post(path, data={"csrf": self.csrf, **fields}) as response:
            return response.status, self._read(await response.text())

    def _read(self, text: str) -> str:
        found = re.search(r'name="csrf" value="(\w+)"', text)
        self.csrf = found[1] if found else self.csrf
        found = re.search(r'name="version" value="(\d+)"', text)
        self.version = found[1] if found else self.version
        return text


@pytest.fixture
async def browser(company: House) -> AsyncIterator[Browser]:
    app = make_app(company.hub.platforms.values(), company.hub.ready)
    async with TestClient(TestServer(app, host="127.0.0.1")) as http:
        found = Browser(http)
        await found.become(NAKAMURA)
        yield found


async def kept(house: House, kind: str = "monthly_digest") -> Any:
    async with house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        return (await Plans(shelf).schedules())[kind]


async def test_a_change_is_shown_by_its_next_five_dates_and_kept_by_a_second_step(
    company: House, browser: Browser
) -> None:
    _, text = await browser.get("/schedule")
    assert "毎月3営業日目 10:00" in text
    assert "2026/12/3(木) 10:00" in text
    await browser.get(DIGEST)
    chosen = {"f.business_day": "5", "f.time": "09:30", "version": browser.version}
    _, text = await browser.post(DIGEST, chosen | {"step": "check"})
    assert "まだ保存していません" in text
    assert text.count("(変わる日)") == 5
    assert "2026/12/7(月) 09:30" in text
    assert (await kept(company)).settings == {}
    _, text = await browser.post(DIGEST, chosen | {"step": "save"})
    assert "保存しました" in text
    assert "毎月5営業日目 09:30" in text
    row = await kept(company)
    assert (row.settings, row.version) == ({"business_day": 5, "time": "09:30"}, 2)
    status, text = await browser.post(DIGEST, chosen | {"f.time": "10:00", "step": "save"})
    assert (status, "E-20" in text) == (400, True)  # the form of before the change


async def test_bad_input_is_answered_by_a_sentence_with_its_code(browser: Browser) -> None:
    await browser.get(DIGEST)
    for fields, word in (
        ({"f.business_day": "99", "f.time": "10:00"}, "毎月何営業日目"),
        ({"f.business_day": "3", "f.time": "10:00", "f.x": "1"}, "x"),
    ):
        status, text = await browser.post(DIGEST, fields | {"step": "check", "version": "1"})
        assert (status, "E-18" in text, word in text) == (400, True, True)
    status, text = await browser.post("/calendar", {"closed": "夏休み<b>", "step": "check"})
    assert (status, "E-19" in text) == (400, True)
    assert "夏休み&lt;b&gt;" in text
    for path in ("/schedule/retention", "/schedule/nothing", "/schedule/retention/try"):
        assert (await browser.get(path))[0] == 404
    assert (await browser.post(f"{DIGEST}/do", {"deed": "dance"}))[0] == 404


async def test_a_calendar_is_shown_by_the_dates_that_it_gives(browser: Browser) -> None:
    await browser.get("/calendar")
    typed = {"closed": "2026-12-01..2026-12-04 臨時休業", "year_end": "on", "usual": "on"}
    _, text = await browser.post("/calendar", typed | {"step": "check"})
    assert "2026/12/9(水) 10:00" in text
    _, text = await browser.post("/calendar", typed | {"step": "save"})
    assert "2026/12/9(水) 10:00" in text
    _, text = await browser.get("/calendar")
    assert "臨時休業" in text


async def test_a_hold_is_said_and_ended(company: House, browser: Browser) -> None:
    await browser.get("/schedule")
    _, text = await browser.post(f"{DIGEST}/do", {"deed": "hold"})
    assert "再開が10営業日以内なら" in text
    assert (await kept(company)).state is ScheduleState.HELD
    await browser.post(f"{DIGEST}/do", {"deed": "off"})
    assert (await kept(company)).state is ScheduleState.OFF
    await browser.post(f"{DIGEST}/do", {"deed": "resume"})
    assert (await kept(company)).state is ScheduleState.ON


async def test_trying_out_names_who_and_when_and_sends_nothing(
    company: House, browser: Browser
) -> None:
    _, text = await browser.get(f"{DIGEST}/try")
    assert "送っていません" in text
    assert "加藤" in text
    _, text = await browser.get("/schedule/reflection/try")
    assert "届く" in text
    assert await company.hub.pages.letters(sample.COMPANY, NAKAMURA) == []


@pytest.mark.parametrize("kind", ["monthly_digest", "reflection"])
async def test_a_test_comes_to_oneself_once_a_press(
    company: House, browser: Browser, kind: str
) -> None:
    await browser.become(NAKAMURA, "en")
    await browser.get("/schedule")
    for press in ("one", "one", "two"):
        fields = {"deed": "test", "key": press}
        _, text = await browser.post(f"/schedule/{kind}/do", fields)
        assert "A test was sent" in text
    letters = await company.hub.pages.letters(sample.COMPANY, NAKAMURA)
    assert [letter.kind for letter in letters] == ["test_send", "test_send"]
    _, text = await browser.get("/mailbox")
    assert text.count("Test: this is what would be sent") == 2


async def test_only_head_office_reaches_these_pages(company: House, browser: Browser) -> None:
    await browser.become(SATO)
    assert "/schedule" not in (await browser.get("/"))[1]
    for path in ("/schedule", DIGEST, "/calendar", f"{DIGEST}/try"):
        status, text = await browser.get(path)
        assert (status, "E-02" in text) == (403, True)
    for path, fields in (
        (DIGEST, {"f.business_day": "5", "f.time": "10:00", "step": "save", "version": "1"}),
        (f"{DIGEST}/do", {"deed": "off"}),
        (f"{DIGEST}/do", {"deed": "test", "key": "k"}),
        ("/calendar", {"closed": "", "step": "save"}),
    ):
        assert (await browser.post(path, fields))[0] == 403
    assert (await kept(company)).state is ScheduleState.ON


async def test_a_form_without_its_token_changes_nothing(company: House, browser: Browser) -> None:
    await browser.get("/schedule")
    browser.csrf = "0" * 64
    for path, fields in ((f"{DIGEST}/do", {"deed": "off"}), (DIGEST, {}), ("/calendar", {})):
        assert (await browser.post(path, fields))[0] == 403
    assert (await kept(company)).state is ScheduleState.ON
