"""The walls of the pages: Host, CSRF token, headers and calm error pages (reliability.md §11)."""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
import traceback
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import aiohttp_jinja2
from aiohttp import web

from bot.views.notes import error_words
from bot.views.words import LOCALES, say
from cases.errors import CaseError, NotAllowed, NotFound

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
SESSION = "hitotsubu_session"  # of the page without login
SIGNED_IN = "__Host-hitotsubu"  # our host alone sets it, over https, for all paths
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
# Where an error page leads to; a link that does not open leads nowhere.
BACK = {"E-71": None, "E-72": None, "E-74": ("/sign-in", "sign_in.page")}
# What was typed is not received then, so it is given back, with these words.
EXPIRED = {"E-13": "web.typed_again", "E-74": "web.typed"}
HSTS = "max-age=31536000"  # a year; other hosts of the domain are not ours to decide for
log = logging.getLogger(__name__)


class Refused(Exception):
    """A request that is not answered; `code` names its sentence."""

    def __init__(self, code: str, status: int) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


class SignedOut(Refused):
    """Nobody is signed in here, or not any more."""

    def __init__(self) -> None:
        super().__init__("E-74", 401)


class Walls:
    """Guards the handlers that it is given, and the addresses that nobody answers.

    `public`: people sign in, and come over https; else it is the page without login.
    """

    def __init__(self, hosts: frozenset[str], *, public: bool = False) -> None:
        self.hosts = hosts
        self.public = public
        self.session = SIGNED_IN if public else SESSION  # the cookie's name
        self.locale = f"__Host-{LOCALE}" if public else LOCALE  # the same for the language
        self.headers = HEADERS | ({"Strict-Transport-Security": HSTS} if public else {})
        self.secret = secrets.token_bytes(32)
        self.inside: set[Any] = set()

    def guard(self, handler: Handler) -> Handler:
        """Marks a handler as one of the pages."""
        self.inside.add(handler)
        return handler

    def token(self, session: str) -> str:
        """The CSRF token of a session, for its forms.

        A signed-in session is a secret itself, and another process may get the form.
        """
        key, text = (session.encode(), b"csrf") if self.public else (self.secret, session.encode())
        return hmac.new(key, text, hashlib.sha256).hexdigest()

    def keep(
        self, response: web.StreamResponse, name: str, value: str, seconds: int = LONGEST
    ) -> None:
        """A cookie that scripts cannot read and other sites' forms do not carry."""
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            path="/",
            httponly=True,
            samesite="Lax",
            secure=self.public,
        )

    def drop(self, response: web.StreamResponse, name: str) -> None:
        """The cookie is forgotten."""
        response.del_cookie(name, path="/", httponly=True, samesite="Lax", secure=self.public)

    def check(self, request: web.Request, posted: Mapping[str, Any]) -> None:
        """Raises Refused unless a form carries the token of the session that it was made for."""
        session = request.cookies.get(self.session, "")
        given = str(posted.get("csrf") or request.headers.get("X-CSRF-Token") or "")
        right = hmac.compare_digest(given.encode(), self.token(session).encode())
        if not session or not right or not _from_here(request):
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
                _check_form(request)
                response = await handler(request)
            except Exception as error:
                response = await self._calm(request, error)
            response.headers.update(self.headers)
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        return walled

    def _check_host(self, request: web.Request) -> None:
        name = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
        if name.lower() not in self.hosts:
            raise Refused("E-02", 421)

    async def _calm(self, request: web.Request, error: Exception) -> web.StreamResponse:
        """A sentence with a code, in the reader's language; never a trace."""
        if isinstance(error, web.HTTPRedirection):
            return error
        quick = bool(request.headers.get("HX-Request"))
        if isinstance(error, SignedOut) and request.method == "GET" and not quick:
            where = f"/sign-in?{urlencode({'next': request.path_qs})}"
            return web.Response(status=303, headers={"Location": where})
        code, status = _known(error)
        if status >= 500:
            log.error("page failed: %s at %s", type(error).__name__, _where(error))
        spoken = self.languages(request)
        known = error if isinstance(error, CaseError) else CaseError()
        texts = [(one, error_words(code, known.detail, one, **known.values)) for one in spoken]
        typed = await _typed(request) if code in EXPIRED else ""
        if quick:
            kept = say(spoken[0], EXPIRED[code]) if typed else ""  # it is still on the page
            return web.Response(text=f"{texts[0][1]} {kept}".strip(), status=status)
        found = {"locale": spoken[0], "texts": texts, "code": code, "say": say}
        found |= {"typed": typed, "keep": EXPIRED.get(code)}
        found["back"] = BACK.get(code, ("/", "web.go_home"))
        return aiohttp_jinja2.render_template("error.html", request, found, status=status)

    def languages(self, request: web.Request) -> tuple[str, ...]:
        """The reader's language; both, where a browser was never signed in."""
        kept = request.cookies.get(self.locale, "")
        if self.public and not kept:
            return LOCALES
        return ("en",) if kept == "en" else ("ja",)


def _check_form(request: web.Request) -> None:
    """Our forms come in one coding; another is refused before any of it is read (no files)."""
    if request.content_type.startswith("multipart/"):
        raise Refused("E-00", 415)


def new_session() -> str:
    """128 bits of chance."""
    return secrets.token_hex(16)


def _from_here(request: web.Request) -> bool:
    """False where another site sends the form, as far as the browser says so."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")


async def _typed(request: web.Request) -> str:
    """The texts of a form of ours, one below the other; another site's words are not shown."""
    if request.method != "POST" or not _from_here(request):
        return ""
    posted = await request.post()
    texts = [value for key, value in posted.items() if key == "text" or key.startswith("f.")]
    return "\n\n".join(text for text in texts if isinstance(text, str) and text.strip())


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
            return error.code, 403
        case web.HTTPRequestEntityTooLarge():
            return "E-14", 413
        case CaseError():
            return error.code, 400
        case web.HTTPException():
            return "E-00", error.status
        case _:
            return "E-12", 500
