"""The walls of the pages: Host, CSRF token, headers and calm error pages (reliability.md §11)."""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
import traceback
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp_jinja2
from aiohttp import web

from bot.views.words import say
from bot.web.links import own_path
from cases.errors import CaseError, NotAllowed, NotFound

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
SESSION = "hitotsubu_session"
LOCALE = "hitotsubu_locale"
LONGEST = 12 * 3600  # seconds a browser's session lives
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
        " object-src 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
log = logging.getLogger(__name__)


class Refused(Exception):
    """A request that is not answered; `code` names its sentence."""

    def __init__(self, code: str, status: int) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


class Walls:
    """Guards the handlers that it is given, and the addresses that nobody answers."""

    def __init__(self, hosts: frozenset[str]) -> None:
        self.hosts = hosts
        self.secret = secrets.token_bytes(32)
        self.inside: set[Any] = set()

    def guard(self, handler: Handler) -> Handler:
        """Marks a handler as one of the pages."""
        self.inside.add(handler)
        return handler

    def token(self, session: str) -> str:
        """The CSRF token of a session, for its forms."""
        return hmac.new(self.secret, session.encode(), hashlib.sha256).hexdigest()

    def check(self, request: web.Request, posted: Mapping[str, Any]) -> None:
        """Raises Refused unless a form carries the token of the session that it was made for."""
        session = request.cookies.get(SESSION, "")
        given = str(posted.get("csrf") or request.headers.get("X-CSRF-Token") or "")
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        right = hmac.compare_digest(given.encode(), self.token(session).encode())
        if not session or not right or site not in ("same-origin", "none"):
            raise Refused("E-13", 403)

    def middleware(self) -> Any:
        """For the server's application; other platforms' routes pass untouched."""

        @web.middleware
        async def walled(request: web.Request, handler: Handler) -> web.StreamResponse:
            unknown = request.match_info.http_exception
            if unknown is None and request.match_info.handler not in self.inside:
                return await handler(request)
            try:
                self._check_host(request)
                response = await handler(request)
            except Exception as error:
                response = self._calm(request, error)
            response.headers.update(HEADERS)
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        return walled

    def _check_host(self, request: web.Request) -> None:
        name = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
        if name.lower() not in self.hosts:
            raise Refused("E-02", 421)

    def _calm(self, request: web.Request, error: Exception) -> web.StreamResponse:
        """A sentence with a code, in the reader's language; never a trace."""
        if isinstance(error, web.HTTPRedirection):
            return error
        code, status = _known(error)
        if status >= 500:
            log.error("page failed: %s at %s", type(error).__name__, _where(error))
        locale = "en" if request.cookies.get(LOCALE) == "en" else "ja"
        detail = error.detail if isinstance(error, CaseError) else ""
        text = say(locale, f"error.{code}", code=code, detail=detail)
        if request.headers.get("HX-Request"):
            return web.Response(text=text, status=status)
        found = {"locale": locale, "text": text, "code": code, "back": own_path("/"), "say": say}
        return aiohttp_jinja2.render_template("error.html", request, found, status=status)


def new_session() -> str:
    """128 bits of chance."""
    return secrets.token_hex(16)


def set_cookie(response: web.StreamResponse, name: str, value: str) -> None:
    """A cookie that scripts cannot read and other sites' forms do not carry."""
    response.set_cookie(name, value, max_age=LONGEST, httponly=True, samesite="Lax", path="/")


def _where(error: Exception) -> str:
    """File and line of the failure: enough to find it, and no text of anybody in the log."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else "?"


def _known(error: Exception) -> tuple[str, int]:
    """The code of the sentence and the HTTP status."""
    match error:
        case Refused():
            return error.code, error.status
        case NotFound() | web.HTTPNotFound() | web.HTTPMethodNotAllowed():
            return "E-01", 404
        case NotAllowed():
            return "E-02", 403
        case web.HTTPRequestEntityTooLarge():
            return "E-14", 413
        case CaseError():
            return error.code, 400
        case web.HTTPException():
            return "E-00", error.status
        case _:
            return "E-12", 500
