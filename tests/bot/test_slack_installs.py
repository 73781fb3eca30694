"""Installing by OAuth: who may connect which workspace to which company, and who may not."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot import vault
from bot.slack import installs, invitations
from bot.slack.installs import COOKIE
from cases import sample
from cases.embedding.bundled import BundledEncoder
from cases.models.org import Company, Workspace
from cases.scope import Scope
from tests.drivers import slack as slack_driver
from tests.fakes.house import House, open_house
from tests.fakes.slack_api import Answer, FakeSlack, fake_slack
from tests.fakes.slack_grants import CLIENT_ID, CLIENT_SECRET, ending, grant

Http = TestClient[Any, Any]
OTHER = "other"
APP = {
    "HITOTSUBU_SLACK_CLIENT_ID": CLIENT_ID,
    "HITOTSUBU_SLACK_CLIENT_SECRET": CLIENT_SECRET,
}
JA = {"Accept-Language": "ja,en;q=0.5"}


@dataclass
class Site:
    """A product with the pages of OAuth, and a browser that keeps Secure cookies by hand."""

    house: House
    slack: FakeSlack
    http: Http
    cookie: str = ""

    async def invite(self, company: str = sample.COMPANY, days: float = 7) -> str:
        async with self.house.hub.library.db.transaction(Scope(company)) as shelf:
            return await invitations.invite(shelf, timedelta(days=days))

    async def begin(self, invite: str = "") -> str:
        """Opens the first link; gives the state that Slack is to bring back."""
        query = {"invite": invite} if invite else {}
        async with self.http.get("/slack/install", params=query, allow_redirects=False) as answer:
            assert answer.status == 302, await answer.text()
            where = urlsplit(answer.headers["Location"])
            jar = SimpleCookie(answer.headers["Set-Cookie"])[COOKIE]
        assert f"{where.scheme}://{where.netloc}{where.path}" == installs.AUTHORIZE
        assert jar["secure"]
        assert jar["httponly"]
        assert jar["samesite"] == "Lax"
        self.cookie = jar.value
        asked = parse_qs(where.query)
        assert asked["client_id"] == [CLIENT_ID]
        assert "chat:write" in asked["scope"][0]
        return asked["state"][0]

    async def end(self, state: str, code: str = "code", **more: str) -> tuple[int, str]:
        """Slack brings the browser back."""
        query = {"state": state, **({"code": code} if code else {}), **more}
        headers = {"Cookie": f"{COOKIE}={self.cookie}", **JA}
        async with self.http.get("/slack/oauth_redirect", params=query, headers=headers) as answer:
            assert "no-store" in answer.headers["Cache-Control"]
            return answer.status, await answer.text()

    async def install(self, given: dict[str, Any], invite: str = "") -> tuple[int, str]:
        self.slack.oauth.codes["code"] = given
        return await self.end(await self.begin(invite))

    async def row(self, team: str) -> tuple[Workspace, dict[str, Any]] | None:
        library = self.house.hub.library
        for row in await library.db.directory.workspaces("slack"):
            if row.external_id == team:
                sealed = row.credentials
                return row, library.ring.open_json(sealed, row.company_id) if sealed else {}
        return None


@pytest.fixture
async def site(company_file: Path, tmp_path: Path, encoder: BundledEncoder) -> AsyncIterator[Site]:
    async with fake_slack() as slack:
        environ = slack_driver.environ(slack) | APP
        async with (
            open_house(company_file, tmp_path, encoder, environ) as house,
            TestClient(TestServer(house.hub.web(), host="127.0.0.1")) as http,
        ):
            async with house.hub.library.db.transaction(Scope(OTHER)) as shelf:
                shelf.people.add(Company(id=OTHER, name="ほかの製薬"))
            yield Site(house, slack, http)


async def test_an_invited_workspace_becomes_the_companys_with_sealed_credentials(
    site: Site,
) -> None:
    given = grant("T0NEW", enterprise="E0ORG", **ending("xoxe-1-first"))
    status, page = await site.install(given, await site.invite())
    assert status == 200
    assert "Slack とつながりました" in page
    assert "<b>" not in page
    found = await site.row("T0NEW")
    assert found is not None
    row, opened = found
    assert row.company_id == sample.COMPANY
    assert opened["token"] == given["access_token"]
    assert opened["scopes"] == ["chat:write", "commands", "im:history"]
    assert opened["refresh_token"] == "xoxe-1-first"
    assert opened["expires_at"] - opened["installed_at"] == 43_200
    assert given["access_token"].encode() not in site.house.bytes()
    assert b"xoxe-1-first" not in site.house.bytes()


async def test_an_organisation_is_one_workspace(site: Site) -> None:
    status, _ = await site.install(grant(None, enterprise="E0ORG"), await site.invite())
    assert status == 200
    found = await site.row("E0ORG")
    assert found is not None
    assert found[1]["enterprise"] == "E0ORG"


@pytest.mark.attack(14)
async def test_an_unknown_workspace_without_an_invitation_is_refused_and_its_token_given_back(
    site: Site,
) -> None:
    status, page = await site.install(grant("T0STRANGER"))
    assert (status, "E-64" in page) == (403, True)
    assert await site.row("T0STRANGER") is None
    assert site.slack.oauth.revoked == 1
    companies = await site.house.hub.library.db.directory.companies()
    assert {one.id for one in companies} == {sample.COMPANY, OTHER}


async def test_a_known_workspace_is_renewed_without_an_invitation(site: Site) -> None:
    library, reception = site.house.hub.library, site.house.hub.reception
    old = {"token": "xoxb-old"}
    row = await vault.connect(library.db, library.ring, sample.COMPANY, "slack", "T0NEW", old)
    assert await reception.credentials(row, sample.COMPANY) == old
    given = grant("T0NEW")
    assert (await site.install(given))[0] == 200
    assert (await reception.credentials(row, sample.COMPANY))["token"] == given["access_token"]


async def test_an_invitation_is_good_for_one_workspace_only(site: Site) -> None:
    invite = await site.invite()
    assert (await site.install(grant("T2"), invite))[0] == 200
    async with site.http.get("/slack/install", params={"invite": invite}) as answer:
        assert answer.status == 410
        assert "E-61" in await answer.text()


async def test_of_two_installations_with_one_invitation_one_wins(site: Site) -> None:
    invite = await site.invite()
    site.slack.oauth.codes |= {"one": grant("T1"), "two": grant("T2")}
    one = await site.begin(invite)
    first_cookie = site.cookie
    two = await site.begin(invite)
    assert (await site.end(two, "two"))[0] == 200
    site.cookie = first_cookie
    status, page = await site.end(one, "one")
    assert (status, "E-61" in page) == (410, True)
    assert await site.row("T1") is None
    assert site.slack.oauth.revoked == 1


@pytest.mark.attack(14)
async def test_another_companys_workspace_cannot_be_taken_with_an_invitation(site: Site) -> None:
    library = site.house.hub.library
    theirs = {"token": "xoxb-theirs"}
    await vault.connect(library.db, library.ring, OTHER, "slack", "T0OTHER", theirs)
    status, page = await site.install(grant("T0OTHER"), await site.invite())
    assert (status, "E-65" in page) == (403, True)
    found = await site.row("T0OTHER")
    assert found is not None
    assert (found[0].company_id, found[1]) == (OTHER, theirs)
    assert site.slack.oauth.revoked == 0  # they go on with it


@pytest.mark.parametrize("bad", ["forged", "replayed", "late", "another browser", "no cookie"])
@pytest.mark.attack(13)
async def test_a_state_counts_once_in_its_own_browser_within_ten_minutes(
    site: Site, bad: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if bad == "late":
        monkeypatch.setattr(installs, "VALID", timedelta(seconds=-1))
    state = await site.begin(await site.invite())
    site.slack.oauth.codes["code"] = grant("T0NEW")
    if bad == "forged":
        state = "A" * 43
    if bad == "replayed":
        assert (await site.end(state, ""))[0] == 400
    if bad == "another browser":
        site.cookie = "B" * 43
    if bad == "no cookie":
        site.cookie = ""
    status, page = await site.end(state)
    assert (status, "E-62" in page) == (400, True)
    assert await site.row("T0NEW") is None
    assert site.slack.made("oauth.v2.access") == []


@pytest.mark.parametrize("invite", ["nonsense", f"{sample.COMPANY}.{'x' * 43}", f"no.{'x' * 43}"])
async def test_an_unknown_invitation_leads_nowhere(site: Site, invite: str) -> None:
    async with site.http.get("/slack/install", params={"invite": invite}, headers=JA) as answer:
        assert answer.status == 410
        assert "E-61" in await answer.text()


async def test_an_invitation_ends_with_its_days(site: Site) -> None:
    invite = await site.invite(days=-1)
    async with site.http.get("/slack/install", params={"invite": invite}) as answer:
        assert answer.status == 410


async def test_who_says_no_at_slack_is_told_so_and_nothing_of_the_request_is_shown(
    site: Site,
) -> None:
    state = await site.begin()
    status, page = await site.end(state, "", error="<script>alert(1)</script>")
    assert (status, "E-63" in page) == (400, True)
    assert "script" not in page


async def test_a_refused_code_is_told_and_no_secret_is_logged(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    status, page = await site.end(await site.begin(), "very-secret-code")
    assert (status, "E-63" in page) == (502, True)
    given = grant("T0NEW", **ending("xoxe-1-first"))
    await site.install(given, await site.invite())
    await site.install(grant("T0STRANGER"))
    ours = "\n".join(
        one.getMessage() for one in caplog.records if one.name.startswith(("bot", "slack"))
    )
    for secret in (given["access_token"], "xoxe-1-first", "very-secret-code", *APP.values()):
        assert secret not in ours
    assert "invalid_code" in ours


@pytest.mark.attack(13)
async def test_an_answer_without_a_place_or_a_token_is_refused(site: Site) -> None:
    assert (await site.install(grant(None), await site.invite()))[0] == 502
    assert (await site.install(grant("T0NEW", access_token=""), await site.invite()))[0] == 502
    site.slack.script["oauth.v2.access"] = [Answer(reset=True)]
    assert (await site.install(grant("T0NEW"), await site.invite()))[0] == 502


@pytest.mark.attack(53)
async def test_a_broken_database_is_a_page_and_not_a_trace(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = await site.begin()

    async def broken(*_: object) -> None:
        raise OSError("/var/secret/path")

    monkeypatch.setattr(site.house.hub.library.db.directory, "route", broken)
    site.slack.oauth.codes["code"] = grant("T0NEW")
    status, page = await site.end(state)
    assert (status, "E-00" in page) == (500, True)
    assert "secret" not in page


async def test_a_script_cannot_fill_the_database_and_a_look_starts_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installs, "MOST", 1)
    async with site.http.head("/slack/install") as answer:
        assert answer.status in (404, 405)
    await site.begin()
    async with site.http.get("/slack/install", headers={"Accept-Language": "en"}) as answer:
        assert answer.status == 503
        assert "E-00" in await answer.text()


async def test_without_an_app_there_are_no_pages_of_oauth(company: House) -> None:
    async with (
        TestClient(TestServer(company.hub.web(), host="127.0.0.1")) as http,
        http.get("/slack/install") as answer,
    ):
        assert answer.status == 404
