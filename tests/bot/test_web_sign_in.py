"""Signing in to the pages over HTTP: links, sessions, guesses, and what a browser is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.web import attempts
from bot.web.attempts import Attempts, Step
from cases import tickets
from cases.embedding.bundled import BundledEncoder
from cases.scope import Scope
from cases.vocabulary import Role
from tests.fakes.two_companies import HOST, Browser, Site, site

SESSION = "__Host-hitotsubu"
TYPED = "先生と</textarea><b>5分</b>\n話せた"


@pytest.fixture
async def pages(sqlite_file: Path, tmp_path: Path, encoder: BundledEncoder) -> AsyncIterator[Site]:
    async with site(sqlite_file, tmp_path, encoder) as found:
        yield found


async def test_a_link_shows_a_button_and_the_button_signs_in(pages: Site) -> None:
    browser = pages.browser()
    link = await pages.link()
    answer = await browser.get(link)
    assert answer.status == 200
    assert "サインインする" in answer.text
    assert "Sign in" in answer.text  # nothing is known of the reader yet
    assert "アオゾラ" not in answer.text
    answer = await browser.press(link)
    assert (answer.status, answer.where) == (303, "/")
    assert "アオゾラ計画のsato" in (await browser.get("/")).text
    assert await pages.trail() == [("system", "sign_in.link"), ("sato", "sign_in")]


async def test_a_link_that_tries_to_be_markup_is_escaped(pages: Site) -> None:
    for path in (
        "/sign-in/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "/sign-in/a?next=/%22%3E%3Csvg",
    ):
        answer = await pages.browser().get(path)
        assert answer.status == 200
        assert "<script>" not in answer.text
        assert "<svg" not in answer.text


@pytest.mark.attack(40)
async def test_looking_at_a_link_does_not_use_it_up(pages: Site) -> None:
    link = await pages.link()
    for _ in range(3):
        assert (await pages.browser().get(link)).status == 200
    assert await pages.browser().sign_in(link) == 303


@pytest.mark.attack(40)
async def test_a_link_opens_once(pages: Site) -> None:
    link = await pages.link()
    assert await pages.browser().sign_in(link) == 303
    thief = pages.browser()
    await thief.get(link)
    answer = await thief.press(link)
    assert answer.status == 410
    assert "このサインイン用リンクは使えません(コード E-71)" in answer.text
    assert "does not work (code E-71)" in answer.text
    assert (await thief.get("/")).where == "/sign-in?next=%2F"
    assert pages_refused(await pages.trail())


@pytest.mark.attack(40)
async def test_a_link_is_over_after_ten_minutes(pages: Site) -> None:
    link = await pages.link()
    pages.database.turn(minutes=10)
    assert await pages.browser().sign_in(link) == 410
    assert pages_refused(await pages.trail())


def pages_refused(trail: list[tuple[str, str]]) -> bool:
    return trail[-1] == ("system", "sign_in.refused")


@pytest.mark.attack(40)
async def test_in_a_browser_of_somebody_else_a_link_is_refused_and_not_burned(
    pages: Site,
) -> None:
    browser = await pages.signed_in("kato")
    for link in (await pages.link("sato"), await pages.link("sato", "c2")):
        await browser.get(link)
        answer = await browser.press(link)
        assert answer.status == 403
        assert "E-73" in answer.text
        assert "kato" in (await browser.get("/")).text
        assert await pages.browser().sign_in(link) == 303


async def test_a_second_link_of_the_same_person_takes_the_place_of_the_session(
    pages: Site,
) -> None:
    browser = await pages.signed_in()
    before = Browser(pages.http, cookies=dict(browser.cookies))
    assert await browser.sign_in(await pages.link()) == 303
    assert (await browser.get("/")).status == 200
    assert (await before.get("/")).status == 303


@pytest.mark.attack(41)
async def test_a_session_id_that_was_there_before_is_worth_nothing(pages: Site) -> None:
    planted = str(tickets.fresh("c1"))
    browser = pages.browser(cookies={SESSION: planted})
    assert await browser.sign_in(await pages.link()) == 303
    assert browser.cookies[SESSION] != planted
    assert (await pages.browser(cookies={SESSION: planted}).get("/")).status == 303
    assert (await browser.get("/")).status == 200


@pytest.mark.attack(41)
async def test_cookies_are_closed_to_scripts_other_sites_and_plain_http(pages: Site) -> None:
    browser = pages.browser()
    link = await pages.link()
    answers = [await browser.get(link), await browser.press(link), await browser.get("/")]
    assert [SESSION in one.cookies for one in answers] == [True, True, False]
    for answer in answers:
        for name, morsel in answer.cookies.items():
            assert name.startswith("__Host-"), name
            assert morsel["secure"], name
            assert morsel["httponly"], name
            assert morsel["samesite"] == "Lax", name
            assert morsel["path"] == "/", name
            assert not morsel["domain"], name
            assert int(morsel["max-age"]) <= 12 * 3600, name


@pytest.mark.attack(41)
async def test_after_signing_out_the_cookie_is_worth_nothing(pages: Site) -> None:
    browser = await pages.signed_in()
    kept = dict(browser.cookies)
    await browser.get("/")
    answer = await browser.send("/sign-out")
    assert (answer.status, answer.where) == (303, "/sign-in?out=1")
    assert SESSION not in browser.cookies
    assert "サインアウトしました" in (await browser.get("/sign-in?out=1")).text
    assert (await pages.browser(cookies=kept).get("/mailbox")).status == 303
    assert (await pages.trail())[-1] == ("sato", "sign_out")


async def test_signing_out_everywhere_ends_the_other_browser_too(pages: Site) -> None:
    lost, browser = await pages.signed_in(), await pages.signed_in()
    await browser.get("/")
    await browser.send("/sign-out", where="all")
    assert (await lost.get("/")).status == 303
    assert (await pages.trail())[-1] == ("sato", "sign_out.all")


@pytest.mark.attack(41)
async def test_a_session_ends_by_itself(pages: Site) -> None:
    browser = await pages.signed_in()
    for _ in range(2):
        pages.database.turn(minutes=29)
        assert (await browser.get("/library")).status == 200
    pages.database.turn(minutes=30)
    assert (await browser.get("/library")).where == "/sign-in?next=%2Flibrary"
    answer = await browser.post("/say", {"text": "x"}, **{"HX-Request": "true"})
    assert answer.status == 401
    assert "期限が切れました(コード E-74)" in answer.text


@pytest.mark.attack(26)
async def test_who_leaves_and_who_loses_a_role_is_out_at_the_next_click(pages: Site) -> None:
    hq = await pages.signed_in("nakamura")
    assert (await hq.get("/schedule")).status == 200
    async with pages.database.transaction(Scope("c1")) as shelf:
        member = await shelf.people.member("nakamura")
        assert member is not None
        member.roles = [Role.MEMBER]
    assert (await hq.get("/schedule")).status == 403
    assert (await hq.send("/schedule/monthly_digest", step="save")).status == 403
    async with pages.database.transaction(Scope("c1")) as shelf:
        member = await shelf.people.member("nakamura")
        assert member is not None
        member.active = False
    assert (await hq.get("/")).status == 303


@pytest.mark.parametrize(
    "asked",
    ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)",
     "\t//evil.example", "/\t/evil.example", "evil", "", "/sign-in/c1.x", "/sign-out"],
)  # fmt: skip
@pytest.mark.attack(43)
async def test_nobody_is_sent_to_another_site(pages: Site, asked: str) -> None:
    browser = pages.browser()
    await browser.get("/sign-in?" + str_of(asked))
    link = await pages.link()
    await browser.get(f"{link}?{str_of(asked)}")
    assert (await browser.press(link, next=asked)).where == "/"


def str_of(asked: str) -> str:
    from urllib.parse import urlencode

    return urlencode({"next": asked})


async def test_after_signing_in_one_is_where_one_wanted_to_go(pages: Site) -> None:
    browser = pages.browser()
    asked = (await browser.get("/case/case?x=1")).where
    await browser.get(asked)
    link = await pages.link()
    page = (await browser.get(link)).text
    assert 'name="next" value="/case/case?x=1"' in page
    answer = await browser.press(link, next="/case/case?x=1")
    assert answer.where == "/case/case?x=1"
    assert (await browser.get("/sign-in?next=/office")).where == "/office"


@pytest.mark.attack(40)
async def test_whoever_guesses_is_told_to_wait_and_honest_people_get_in(pages: Site) -> None:
    guesser = pages.browser()
    await guesser.get("/sign-in/c1.x")
    seen = [
        (await guesser.press(str(tickets.fresh("c1")))).status
        for _ in range(attempts.PER_ADDRESS + 5)
    ]
    assert seen == [404] * (attempts.PER_ADDRESS - 1) + [429] * 6
    trail = await pages.trail()
    assert trail.count(("system", "sign_in.refused")) == attempts.PER_ADDRESS - 1
    assert trail.count(("system", "sign_in.locked")) == 1
    answer = await guesser.press("nonsense")
    assert (answer.status, "E-72" in answer.text) == (429, True)
    colleague = pages.browser(address=guesser.address)
    assert await colleague.sign_in(await pages.link()) == 303
    other = pages.browser(address="198.51.100.1")
    assert await other.sign_in("/sign-in/c1.x") == 404


@pytest.mark.slow
@pytest.mark.attack(40)
async def test_ten_thousand_guesses_open_nothing_and_fill_no_trail(pages: Site) -> None:
    link = await pages.link()
    guesser = pages.browser()
    await guesser.get(link)
    seen = {404: 0, 429: 0}
    for number in range(10_000):
        guesser.address = f"198.51.{number % 200}.{number % 250}"
        seen[(await guesser.press(str(tickets.fresh("c1")))).status] += 1
    assert seen == {404: attempts.FROM_ALL - 1, 429: 10_000 - attempts.FROM_ALL + 1}
    assert len(await pages.trail()) == attempts.FROM_ALL + 1
    assert await guesser.sign_in(link) == 303


def test_a_lock_ends_by_itself_and_holds_for_one_address() -> None:
    now = [0.0]
    found = Attempts(lambda: now[0])
    steps = [found.wrong("a") for _ in range(attempts.PER_ADDRESS + 1)]
    assert steps[-3:] == [Step.WRONG, Step.LOCKED, Step.SHUT]
    assert found.wrong("b") is Step.WRONG
    now[0] = attempts.WINDOW
    assert found.wrong("a") is Step.WRONG


def test_addresses_are_forgotten_before_they_fill_the_memory() -> None:
    now = [0.0]
    found = Attempts(lambda: now[0])
    for number in range(attempts.ADDRESSES + 10):
        now[0] += attempts.WINDOW
        found.wrong(str(number))
    assert len(found._by) == attempts.ADDRESSES


async def test_another_host_name_is_refused(pages: Site) -> None:
    browser = await pages.signed_in()
    for host in ("127.0.0.1", "localhost", "evil.example", f"{HOST}.evil.example"):
        for path in ("/", "/sign-in", "/nowhere"):
            assert (await browser.get(path, Host=host)).status == 421
    assert (await browser.get("/", Host=f"{HOST.upper()}:443")).status == 200


@pytest.mark.attack(41)
async def test_who_writes_stays_signed_in_for_half_a_day_at_most(pages: Site) -> None:
    browser = await pages.signed_in()
    minutes = 0
    while (answer := await browser.get("/here", **{"HX-Request": "true"})).status == 204:
        pages.database.turn(minutes=25)
        minutes += 25
    assert minutes == 725  # 12 hours are over
    assert (answer.status, "E-74" in answer.text) == (401, True)


@pytest.mark.parametrize(
    ("path", "fields"),
    [("/say", {"text": TYPED}), ("/press", {"press": "0 share.save d", "f.action": TYPED})],
)
async def test_what_was_typed_is_given_back_when_the_session_has_run_out(
    pages: Site, path: str, fields: dict[str, str]
) -> None:
    browser = await pages.signed_in()
    await browser.get("/")
    pages.database.turn(minutes=31)
    answer = await browser.send(path, **fields)
    assert (answer.status, "E-74" in answer.text) == (401, True)
    assert "コピーして、サインインのあとに貼り付けてください" in answer.text
    assert "先生と&lt;/textarea&gt;&lt;b&gt;5分&lt;/b&gt;\n話せた</textarea>" in answer.text
    assert "<b>" not in answer.text
    again = await pages.signed_in()
    expired = await again.post(path, {**fields, "csrf": "old"})
    assert (expired.status, "話せた</textarea>" in expired.text) == (403, True)
    quick = await browser.post(path, fields, **{"HX-Request": "true"})
    assert "コピーして" in quick.text
    other = await browser.post(path, fields, **{"Sec-Fetch-Site": "cross-site"})
    assert (other.status, "話せた" in other.text) == (401, False)
