"""The pages of real companies: each sees its own, by role; and every route holds its walls."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.views.words import say
from cases.embedding.bundled import BundledEncoder
from cases.models.case import Case
from cases.rights import APART
from cases.scope import Scope
from cases.vocabulary import Role
from scheduler import ledger
from scheduler.models import Delivery, DeliveryState
from scheduler.store.ledger import Ledger
from tests.fakes.cast import case_of
from tests.fakes.two_companies import COMPANIES, SECRET, Site, site

OPEN = ("/sign-in", "/sign-in/c1.x", "/static/page.css")  # for whoever is not signed in
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'; object-src 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@pytest.fixture
async def pages(sqlite_file: Path, tmp_path: Path, encoder: BundledEncoder) -> AsyncIterator[Site]:
    async with site(sqlite_file, tmp_path, encoder) as found:
        yield found


async def test_without_a_session_no_page_says_anything(pages: Site) -> None:
    for path in pages.routes("GET"):
        answer = await pages.browser().get(path)
        assert not any(word in answer.text for word in SECRET.values()), path
        if path not in OPEN:
            assert (answer.status, answer.where[:14]) == (303, "/sign-in?next="), path
    for path in pages.routes("POST"):
        status = (await pages.browser().post(path, {"text": "x"})).status
        assert status == (403 if path == "/sign-in" else 401), path


@pytest.mark.attack(42)
async def test_every_form_needs_the_token_of_its_own_session(pages: Site) -> None:
    browser, other = await pages.signed_in("nakamura"), await pages.signed_in("kato")
    await other.get("/")
    token = other.text.split('name="csrf" value="')[1].split('"')[0]
    await browser.get("/")
    before = await pages.trail()
    assert len(pages.routes("POST")) >= 10
    for path in pages.routes("POST"):
        for csrf in ("", "0" * 64, token):
            fields = {"text": "x", "press": "0 a b", "who": "kato", "by": "day", "csrf": csrf}
            answer = await browser.post(path, fields)
            assert (answer.status, "E-13" in answer.text) == (403, True), path
        elsewhere = await browser.post(path, {"csrf": token_of(browser.text)},
                                       **{"Sec-Fetch-Site": "cross-site"})  # fmt: skip
        assert elsewhere.status == 403, path
    assert await pages.trail() == before
    assert (await browser.get("/")).status == 200


def token_of(page: str) -> str:
    return page.split('name="csrf" value="')[1].split('"')[0]


async def test_every_answer_has_its_headers(pages: Site) -> None:
    browser = await pages.signed_in("nakamura")
    answers = [await browser.get(path) for path in (*pages.routes("GET"), "/nowhere")]
    answers += [await browser.post(path, {}) for path in pages.routes("POST")]
    answers.append(await pages.browser().get("/"))
    for answer in answers:
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
        assert "<script>" not in answer.text
        assert " style=" not in answer.text


@pytest.mark.parametrize(("who", "company"), [("sato", "c1"), ("nakamura", "c2")])
@pytest.mark.attack(16, 17)
async def test_each_company_sees_its_own_pages_only(pages: Site, who: str, company: str) -> None:
    (other,) = set(COMPANIES) - {company}
    async with pages.database.transaction(Scope(other)) as shelf:
        shelf.cases.add(Case(id="theirs", company_id=other, author_id="sato", office_id="sendai",
                             title=SECRET[other], action="x", result="x", details={},
                             channels=[], area=[], status="company", shared_at=shelf.now,
                             changed_at=shelf.now))  # fmt: skip
    browser = await pages.signed_in(who, company)
    seen = ""
    for path in [*pages.routes("GET"), "/case/theirs", "/library?page=1", "/nowhere"]:
        answer = await browser.get(path)
        assert SECRET[other] not in answer.text, path
        seen += answer.text
    assert SECRET[company] in seen
    assert (await browser.get("/case/theirs")).status == 404
    unknown = (await browser.get("/case/nobody-s")).text
    assert (await browser.get("/case/theirs")).text == unknown
    await browser.get("/")
    answer = await browser.send("/press", press="0 case.show theirs", card="c")
    assert SECRET[other] not in answer.text
    assert SECRET[other] not in (await browser.get("/")).text


@pytest.mark.attack(17)
async def test_the_cookie_of_one_company_does_not_open_the_other(pages: Site) -> None:
    browser = await pages.signed_in("nakamura")
    cookie = browser.cookies["__Host-hitotsubu"]
    browser.cookies["__Host-hitotsubu"] = f"c2.{cookie.partition('.')[2]}"
    assert (await browser.get("/")).status == 303


async def test_what_is_typed_on_the_page_is_said_by_who_signed_in(pages: Site) -> None:
    browser = await pages.signed_in("sato", "c2")
    await browser.get("/")
    answer = await browser.send("/say", text="ヘルプ", who="kato", user="kato", company_id="c1")
    assert answer.status == 303
    assert "はじめての方へ" in (await browser.get("/")).text
    for company, known in (("c1", False), ("c2", True)):
        async with pages.database.transaction(Scope(company)) as shelf:
            spaces = [one.id for one in await shelf.people.workspaces() if one.platform == "web"]
            accounts = [await shelf.people.account(one, "sato") for one in spaces]
            assert [one.seen_at is not None for one in accounts if one] == [True] * known


ROLES = {  # path → who of the cast may read it
    "/": {"sato", "ando", "mori", "nakamura"},
    "/library": {"sato", "ando", "mori", "nakamura"},
    "/mailbox": {"sato", "ando", "mori", "nakamura"},
    "/office": {"sato", "ando", "mori", "nakamura"},
    "/office?office=kobe": {"sato", "ando", "mori", "nakamura"},  # MRs: their own all the same
    "/pack/osaka/2026-10": {"nakamura"},
    "/case/waits": {"mori"},  # 事務局 reads it in 確認待ち
    "/review": {"nakamura"},
    "/holds": set(),
    "/holds/2026-10.csv": set(),
    "/schedule": {"nakamura"},
    "/schedule/monthly_digest": {"nakamura"},
    "/calendar": {"nakamura"},
    "/export/cases.csv": {"nakamura"},
    "/export/audit.csv?from=2026-11-01&to=2026-11-30": set(),  # auditors
}


@pytest.mark.parametrize("who", ["sato", "ando", "mori", "nakamura"])
async def test_a_page_is_for_the_roles_that_may_read_it(pages: Site, who: str) -> None:
    browser = await pages.signed_in(who)
    found = {path: (await browser.get(path)).status for path in ROLES}
    assert {path for path, status in found.items() if status == 200} == {
        path for path, people in ROLES.items() if who in people
    }
    assert set(found.values()) <= {200, 403, 404}


@pytest.mark.parametrize("role", [Role.IT_ADMIN, Role.AUDITOR])
@pytest.mark.attack(23)
async def test_who_only_runs_or_audits_it_reads_no_case_on_any_page(
    pages: Site, role: Role
) -> None:
    """And each denial is in the trail: the pages of cases, the office and its pack too."""
    browser = await pages.signed_in("sato")
    async with pages.database.transaction(Scope("c1")) as shelf:
        member = await shelf.people.member("sato")
        assert member is not None
        member.roles = [role]
    before = len(await pages.trail())
    denied = ("/library", "/case/kato-s", "/office", "/office?office=kobe", "/pack/sendai/2026-10")
    async with pages.database.transaction(Scope("c1")) as shelf:
        shelf.cases.add(case_of("kato-s", "kato", company_id="c1", title=SECRET["c1"]))
    found = {path: await browser.get(path) for path in denied}
    assert {path: one.status for path, one in found.items()} == dict.fromkeys(denied, 403)
    assert not [path for path, one in found.items() if SECRET["c1"] in one.text]
    assert (await pages.trail())[before:] == [("sato", "denied")] * len(denied)


@pytest.mark.attack(23)
@pytest.mark.slow
async def test_no_page_leads_anybody_where_they_may_not_go(pages: Site) -> None:
    """The links of each page, followed to their end, for each role alone."""
    for role in Role:
        async with pages.database.transaction(Scope("c1")) as shelf:
            member = await shelf.people.member("sato")
            assert member is not None
            member.roles = [role]
        browser = await pages.signed_in("sato")
        seen, ahead = {"/"}, ["/"]
        while ahead:
            answer = await browser.get(where := ahead.pop())
            assert answer.status == 200, (role, where)
            links = set(re.findall(r'href="(/[^"#?]*)', answer.text)) - {"/export/cases.xlsx"}
            ahead += sorted(links - seen)
            seen |= links
        assert ("/library" in seen) is (role not in APART), role
        assert ("/schedule" in seen) is (role is Role.HQ_ADMIN), role
        assert not [entry for entry in await pages.trail() if entry[1] == "denied"], role


async def test_only_administrators_read_the_state_of_the_machine(pages: Site) -> None:
    assert (
        say("ja", "status.schema")
        not in (await (await pages.signed_in("sato")).get("/status")).text
    )
    assert (
        say("ja", "status.schema")
        in (await (await pages.signed_in("nakamura")).get("/status")).text
    )


async def test_there_is_no_switch_no_tour_and_no_word_of_samples(pages: Site) -> None:
    browser = await pages.signed_in("nakamura")
    page = (await browser.get("/")).text
    for word in ('name="who"', "体験ツアー", "日付を進める", "架空のサンプル"):
        assert word not in page
    assert "サインアウト" in page
    assert (await browser.send("/switch", who="sato")).status == 404
    assert (await browser.send("/move", by="day")).status == 403


async def test_what_went_to_a_chat_is_not_in_the_mailbox(pages: Site) -> None:
    browser = await pages.signed_in()
    async with pages.database.transaction(Scope("c1")) as shelf:
        web = next(one.id for one in await shelf.people.workspaces() if one.platform == "web")
        for workspace, payload in (("w1", b'{"blocks": []}'), (web, LETTER)):
            owed = ledger.Owed(dedupe_key=workspace, kind="reply", payload=payload,
                               workspace_id=workspace, user="sato", member_id="sato")  # fmt: skip
            await ledger.owe(shelf, owed)
        for row in await Ledger(shelf).deliveries(Delivery.member_id == "sato", 5):
            row.state, row.sent_at = DeliveryState.SENT, shelf.now
    assert (await browser.get("/mailbox")).text.count("<article") == 1


LETTER = b'{"title": "", "submit": null, "parts": [{"is": "Divider"}]}'
