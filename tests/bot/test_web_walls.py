"""The walls: Host, CSRF, headers, escaping, forms sent twice, and calm errors."""

import io
import re
from pathlib import Path

import pytest

from bot.conversation.events import Say
from bot.views.elements import Actions, Button, Card, Field, Kind, Text
from cases.roles import LastOne
from tests.fakes.pages import ATTACK, Pages, letter, pages

READS = ["/", "/mailbox", "/library", "/case/k1", "/office", "/status"]
HQ_READS = ["/", "/review", "/office?office=kobe&month=2026-10", "/pack/kobe/2026-10", "/library"]
EVERYWHERE = [("sato", path) for path in READS] + [("hq", path) for path in HQ_READS]


async def hostile(tmp_path: Path, page: Pages) -> None:
    """Text that tries to be markup, in letters, posts, status, case titles and answers."""
    card = Card((Text(ATTACK), Field("x", ATTACK, Kind.LONG, ATTACK), Actions((Button("a", "b"),))))
    page.back.inbox = [letter(card)]
    page.back.room = [letter(card, letter_id="r1")]
    page.back.rows = [(ATTACK, ATTACK)]
    page.desk.replies["said"] = [Say(card)]


@pytest.mark.parametrize("locale", ["ja", "en"])
@pytest.mark.parametrize(("who", "path"), EVERYWHERE)
@pytest.mark.attack(36)
async def test_each_page_is_whole_escaped_and_without_inline_script_or_style(
    tmp_path: Path, who: str, path: str, locale: str
) -> None:
    async with pages(tmp_path) as page:
        await hostile(tmp_path, page)
        await page.act_as(who, locale)
        await page.post("/say", text=ATTACK)
        status, text = await page.get(path)
        assert status == 200
        assert f'<html lang="{locale}">' in text
        assert "<script>" not in text
        assert not re.findall(r"<[^>]+\s(?:on\w+|style)\s*=", text)
        assert not re.findall(r'(?:src|href)="(?!/|#)', text)
        assert "{{" not in text.replace("{{7*7}}", "")
        assert "<h1" in text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:80", "", "[::1]x"])
async def test_another_host_name_is_refused(tmp_path: Path, host: str) -> None:
    async with pages(tmp_path) as page:
        status, text = await page.get("/", headers={"Host": host})
        assert status in (400, 421)
        assert "佐藤" not in text


async def test_localhost_with_a_port_is_served(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        assert (await page.get("/", headers={"Host": "LOCALHOST:8700"}))[0] == 200


@pytest.mark.attack(36)
@pytest.mark.attack(44)
async def test_every_answer_has_its_headers(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        for path in ("/", "/static/page.css", "/nowhere", "/case/unknown"):
            headers = (await page.client.get(path)).headers
            assert headers["Content-Security-Policy"].startswith("default-src 'self';")
            assert "unsafe" not in headers["Content-Security-Policy"]
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Referrer-Policy"] == "no-referrer"
            assert headers["X-Frame-Options"] == "DENY"


async def test_the_session_cookie_is_closed_to_scripts_and_other_sites(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        cookie = (await page.client.get("/")).cookies["hitotsubu_session"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize("path", ["/say", "/press", "/switch", "/language", "/move"])
@pytest.mark.parametrize("csrf", ["", "0" * 64, "日本語"])
@pytest.mark.attack(42)
async def test_a_form_without_the_page_s_token_changes_nothing(
    tmp_path: Path, path: str, csrf: str
) -> None:
    async with pages(tmp_path) as page:
        await page.get("/")
        fields = {"text": "秘書さんに聞いた", "press": "0 a b", "who": "hq", "by": "day"}
        status, text = await page.post(path, **{**fields, "csrf": csrf})
        assert status == 403
        assert "E-13" in text
        assert page.desk.events == []
        assert page.back.moves == []


@pytest.mark.attack(42)
async def test_the_token_of_another_session_is_refused(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        await page.get("/")
        token = page.csrf
        page.client.session.cookie_jar.clear()
        await page.get("/")
        assert (await page.post("/say", text="x", csrf=token))[0] == 403


@pytest.mark.attack(42)
async def test_a_form_from_another_site_is_refused_even_with_a_token(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        await page.get("/")
        sent = {"csrf": page.csrf, "key": page.key, "text": "x"}
        response = await page.client.post(
            "/say", data=sent, headers={"Sec-Fetch-Site": "cross-site"}
        )
        assert response.status == 403


async def test_what_was_typed_stays_in_the_box_when_the_page_has_expired(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        await page.get("/")
        _, text = await page.post("/say", text="先生と5分話せた", csrf="old")
        assert "先生と5分話せた</textarea>" in text
        assert "E-13" in text


@pytest.mark.attack(53)
async def test_a_failure_is_a_calm_sentence_with_a_code_and_no_trace(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        await page.get("/")
        page.desk.broken = True
        status, text = await page.post("/press", press="0 case.show k1", card="x")
        assert status == 500
        assert "E-12" in text
        assert "disk full" not in text
        assert "Traceback" not in text


async def test_a_role_in_an_error_is_said_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def last_one(*_kept: object, **_more: object) -> None:
        raise LastOne("hq_admin")

    async with pages(tmp_path) as page:
        await page.get("/")
        monkeypatch.setattr(page.desk, "handle", last_one)
        _, text = await page.post("/press", press="0 people.save x", card="x")
        assert "最後のひとりです(事務局)。" in text


async def test_for_htmx_an_error_is_the_sentence_alone(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        await page.get("/")
        page.desk.broken = True
        status, text = await page.post("/say", quick=True, text="x")
        assert status == 500
        assert text == "うまく受け取れませんでした(コード E-12)。もう一度お願いします。"


@pytest.mark.parametrize("path", ["/nowhere", "/case/unknown", "/static/../platform.py"])
@pytest.mark.attack(47)
async def test_an_unknown_address_is_a_calm_page(tmp_path: Path, path: str) -> None:
    async with pages(tmp_path) as page:
        status, text = await page.get(path)
        assert status == 404
        assert "E-01" in text


async def test_errors_speak_english_to_an_english_reader(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        await page.act_as("sato", "en")
        await page.get("/")
        assert "Not found" in (await page.get("/nowhere"))[1]


@pytest.mark.attack(49)
async def test_too_much_text_is_refused_in_words(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        await page.get("/")
        long = io.BytesIO(f"csrf={page.csrf}&text=".encode() + b"x" * 1_100_000)
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        response = await page.client.post("/say", data=long, headers=kind)
        assert response.status == 413
        assert "E-14" in await response.text()


@pytest.mark.parametrize("press", ["", "share", "0 ", "x share.publish d", "0 a " + "b" * 1001])
async def test_a_button_that_no_card_has_is_refused(tmp_path: Path, press: str) -> None:
    async with pages(tmp_path) as page:
        await page.get("/")
        assert (await page.post("/press", press=press, card="c"))[0] == 400
        assert page.desk.events == []


async def test_only_people_of_the_switch_can_act(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        await page.get("/")
        assert (await page.post("/switch", who="mr1"))[0] == 404
        page.client.session.cookie_jar.update_cookies(
            {"hitotsubu_who": "mr1"}, page.client.make_url("/")
        )
        assert 'value="sato" aria-pressed="true"' in (await page.get("/"))[1]


async def test_a_page_is_small(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        _, text = await page.get("/")
        parts = [text.encode()]
        for path in set(re.findall(r'(?:src|href)="(/static/[^"]+)"', text)):
            parts.append(await (await page.client.get(path)).read())
        assert sum(len(part) for part in parts) < 100_000
