"""Where there are pages to sign in to, who gets a link from a terminal, and several processes."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import DummyCookieJar
from aiohttp.test_utils import TestClient, TestServer

from bot import app, cli
from bot.settings import read
from cases import members, sample, sign_in, tickets
from cases.embedding.bundled import BundledEncoder
from cases.errors import BadInput
from cases.scope import Scope
from cases.sign_in import SignedIn
from tests.fakes.house import settings_of
from tests.fakes.two_companies import HOST, Browser, Site, site

PAGES = f"https://{HOST}"


@pytest.fixture
async def pages(sqlite_file: Path, tmp_path: Path, encoder: BundledEncoder) -> AsyncIterator[Site]:
    async with site(sqlite_file, tmp_path, encoder) as found:
        yield found


@pytest.mark.parametrize(
    "address",
    ["http://pages.example", "pages.example", "https://", "https://pages.example/bot", "ftp://x",
     "https://user:secret@pages.example", "https://pages.example?x", "http://127.0.0.1:8700"],
)  # fmt: skip
def test_an_address_that_is_not_https_alone_stops_the_start(address: str) -> None:
    with pytest.raises(BadInput, match="PUBLIC_URL") as error:
        read({"HITOTSUBU_PUBLIC_URL": address})
    assert error.value.detail.startswith("public_url")


def test_a_slash_at_its_end_and_a_port_are_taken() -> None:
    for address in (f"{PAGES}/", f"{PAGES}:8443", "http://localhost:8700"):
        found = read({"HITOTSUBU_PUBLIC_URL": address})
        assert found.public_url == address.rstrip("/")


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])  # noqa: S104  # nothing is bound
async def test_with_an_address_the_sample_too_is_behind_a_sign_in(
    company_file: Path, tmp_path: Path, host: str
) -> None:
    for file in (company_file, company_file.with_name("data.key")):
        shutil.copy(file, tmp_path / file.name)
    found = settings_of(tmp_path / company_file.name, {"HITOTSUBU_PUBLIC_URL": PAGES})
    hub = await app.build(replace(found, host=host))
    server = TestServer(hub.web(await app._doors(hub, alone=True)))
    async with TestClient(server, cookie_jar=DummyCookieJar()) as http:
        for name, status in ((HOST, 303), ("127.0.0.1", 421), ("localhost", 421)):
            answer = await http.get("/", headers={"Host": name}, allow_redirects=False)
            assert answer.status == status
    await hub.close()


async def test_a_form_of_one_process_is_taken_by_another(pages: Site) -> None:
    browser = await pages.signed_in()
    await browser.get("/")
    hub = await app.build(pages.hub.settings, replace(pages.hub.library))
    server = TestServer(hub.web(await app._doors(hub, alone=False)))
    async with TestClient(server, cookie_jar=DummyCookieJar()) as http:
        other = Browser(http, cookies=browser.cookies, text=browser.text)
        assert (await other.send("/language", locale="en")).status == 303
        assert "Sign out" in (await other.get("/")).text


async def test_whom_the_chat_deactivates_is_signed_out_and_their_link_is_void(
    pages: Site,
) -> None:
    browser, link = await pages.signed_in(), await pages.link()
    async with pages.database.transaction(Scope("c1")) as shelf:
        await members.told(shelf, "w1", "sato", {}, email="", gone=True, ours=True)
    assert (await browser.get("/")).status == 303
    assert await pages.browser().sign_in(link) == 404


@pytest.fixture
def place(tmp_path: Path, company_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for file in (company_file, company_file.with_name("data.key")):
        shutil.copy(file, tmp_path / file.name)
    path = tmp_path / company_file.name
    monkeypatch.setenv("HITOTSUBU_DATABASE_URL", f"sqlite:///{path}")
    monkeypatch.setenv("HITOTSUBU_VAR", str(tmp_path))
    monkeypatch.setenv("HITOTSUBU_PUBLIC_URL", PAGES)
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    return path


@pytest.mark.parametrize("who", ["sato", "佐藤 美咲", "sato@sample.example"])
async def test_an_operator_gets_a_link_for_one_person(
    place: Path, capsys: pytest.CaptureFixture[str], who: str
) -> None:
    words = ["company", "invite", "--company", "サンプル製薬", "--member", who]
    assert await asyncio.to_thread(cli.call, words) == 0
    out, told = capsys.readouterr()
    assert out.startswith(f"{PAGES}/sign-in/sample.")
    assert "佐藤 美咲さん(サンプル製薬)のリンクです" in told
    ticket = tickets.read(out.strip().rpartition("/")[2])
    assert ticket is not None
    hub = await app.build(read())
    async with hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        found = await sign_in.redeem(shelf, ticket)
        assert isinstance(found, SignedIn)
        assert found.member_id == "sato"
    await hub.close()


@pytest.mark.parametrize("who", ["nobody", "", "佐藤"])
def test_an_operator_gets_no_link_for_nobody(
    place: Path, capsys: pytest.CaptureFixture[str], who: str
) -> None:
    assert cli.call(["company", "invite", "--member", who]) == 2
    assert capsys.readouterr().out == ""


def test_without_an_address_there_is_no_link(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HITOTSUBU_PUBLIC_URL")
    assert cli.call(["company", "invite", "--member", "sato"]) == 2
    assert "HITOTSUBU_PUBLIC_URL" in capsys.readouterr().err
