"""/slack/install and /slack/oauth_redirect: a Slack administrator connects a workspace (OAuth v2).

Who owns the workspace is proved by Slack; which company it joins is not. A workspace that is known
gets new credentials; an unknown one needs an operator's invitation (ADR 20). Nothing that comes
with a request is ever an address to go to, or shown on a page.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from hmac import compare_digest
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from markupsafe import Markup

from bot import vault
from bot.slack import answers, client, invitations
from bot.slack.texts import Json
from bot.slack.tokens import App, Renewal, granted, place_of
from bot.views.words import say
from cases import audit
from cases.library import Library
from cases.models.install import InstallState
from cases.scope import Scope
from cases.store.installs import Installs, InstallStates
from cases.tickets import digest

log = logging.getLogger(__name__)
INSTALL, REDIRECT = "/slack/install", "/slack/oauth_redirect"
AUTHORIZE = "https://slack.com/oauth/v2/authorize"
COOKIE = "hitotsubu_install"
VALID = timedelta(minutes=10)  # for the administrator to press 「許可する」
MOST = 1_000  # installations under way at once: more are somebody's script
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_PAGE = Markup(
    '<!doctype html><html lang="{}"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><title>{}</title></head>'
    "<body><main><h1>{}</h1>{}</main></body></html>"
)


class Refused(Exception):
    """The installation ends here, with a page that says why: a code of the words, a status."""

    def __init__(self, code: str, status: int) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


@dataclass(frozen=True, slots=True)
class Installer:
    """The two routes. `forget` drops what the process remembers of a workspace's credentials."""

    app: App
    library: Library
    scopes: tuple[str, ...]
    authorize_url: str = AUTHORIZE
    forget: Callable[[str], None] = lambda _: None
    now: Callable[[], float] = time.time

    def routes(self) -> list[web.RouteDef]:
        """GET only, and no HEAD: looking at a link must start nothing."""
        return [
            web.get(INSTALL, self.install, allow_head=False),
            web.get(REDIRECT, self.redirect, allow_head=False),
        ]

    async def install(self, request: web.Request) -> web.Response:
        """302 to Slack's consent screen; 410 for an invitation that is used or over."""
        state, browser = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        try:
            await self._begin(request.query.get("invite", ""), state, browser)
        except Refused as refused:
            return _refusal(request, refused)
        what = {
            "client_id": self.app.client_id,
            "scope": ",".join(self.scopes),
            "user_scope": "",
            "state": state,
        }
        answer = web.Response(status=302, headers=HEADERS)
        answer.headers["Location"] = f"{self.authorize_url}?{urlencode(what)}"
        answer.set_cookie(
            COOKIE,
            browser,
            max_age=int(VALID.total_seconds()),
            path="/slack/",
            secure=True,
            httponly=True,
            samesite="Lax",
        )
        return answer

    async def redirect(self, request: web.Request) -> web.Response:
        """Where Slack brings the administrator back: the page says how it ended."""
        try:
            await self._finish(request)
            answer = _page(request, "slack.installed", "slack.installed_next")
        except Refused as refused:
            answer = _refusal(request, refused)
        except Exception as error:
            log.error("slack installation failed: %s", type(error).__name__)
            answer = _refusal(request, Refused("E-00", 500))
        answer.del_cookie(COOKIE, path="/slack/")
        return answer

    async def renew(self) -> None:
        """Renews the tokens that end soon."""
        await Renewal(self.app, self.library, self.forget, self.now).run()

    async def _begin(self, code: str, state: str, browser: str) -> None:
        invitation = await invitations.found(self.library, code) if code else None
        if code and invitation is None:
            raise Refused("E-61", 410)
        states = InstallStates(self.library.db)
        row = InstallState(
            digest=digest(state),
            browser=digest(browser),
            company_id=invitation.company_id if invitation else None,
            invitation_id=invitation.id if invitation else None,
            expires_at=await states.now() + VALID,
        )
        if not await states.put(row, MOST):
            raise Refused("E-00", 503)

    async def _finish(self, request: web.Request) -> None:
        given = request.query.get
        state = await InstallStates(self.library.db).take(digest(given("state", "")))
        browser = digest(request.cookies.get(COOKIE, ""))
        if state is None or not compare_digest(state.browser, browser):
            raise Refused("E-62", 400)
        if given("error") or not given("code"):
            raise Refused("E-63", 400)
        try:
            answer = await self.app.exchange(code=given("code", ""))
            place = place_of(answer)
        except Exception as error:
            code = answers.code(error) or type(error).__name__
            log.warning("slack installation refused: %s", code)
            raise Refused("E-63", 502) from None
        try:
            await self._attach(state, place, granted(answer, self.now()))
        except Refused as refused:
            if refused.code != "E-65":  # that company goes on with its own token
                await self._give_back(answer["access_token"])
            raise

    async def _attach(self, state: InstallState, place: str, credentials: Json) -> None:
        """The workspace becomes, or stays, the company's; the invitation is used up with it."""
        db = self.library.db
        route = await db.directory.route("slack", place)
        company_id = route.company_id if route else state.company_id
        if company_id is None:
            raise Refused("E-64", 403)
        if state.company_id not in (None, company_id):
            raise Refused("E-65", 403)
        async with db.transaction(Scope(company_id)) as shelf:
            if route is None and not await Installs(shelf).use(state.invitation_id or ""):
                raise Refused("E-61", 410)
            row = await vault.put(shelf, self.library.ring, route, "slack", place, credentials)
            await audit.record(shelf, "workspace.slack", row)
        self.forget(row)

    async def _give_back(self, token: str) -> None:
        """A token that nobody may use is revoked; if that fails, it is forgotten all the same."""
        with suppress(Exception):
            await client.web_client(token, self.app.api_url).auth_revoke()


def _refusal(request: web.Request, refused: Refused) -> web.Response:
    return _page(request, f"error.{refused.code}", status=refused.status, code=refused.code)


def _page(request: web.Request, *keys: str, status: int = 200, code: str = "") -> web.Response:
    """A page of our own sentences in the browser's language; nothing of the request is on it."""
    locale = _locale(request)
    title = say(locale, "slack.page")
    lines = [say(locale, key, code=code) for key in keys]
    body = Markup("").join(Markup("<p>{}</p>").format(line) for line in lines)
    text = str(_PAGE.format(locale, title, title, body))
    return web.Response(text=text, status=status, content_type="text/html", headers=HEADERS)


def _locale(request: web.Request) -> str:
    """Japanese unless the browser asks for English first."""
    asked: Any = request.headers.get("Accept-Language", "")
    return "en" if asked.strip().lower().startswith("en") else "ja"
