"""Files of a message, fetched with the bot's token from Slack's own hosts and nowhere else.

Scope: `files:read`. Without it Slack answers with a page to sign in, which is no file.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bot.conversation.events import Attached, NotFetched

Raw = dict[str, Any]
BYTES = 5_000_000  # own: cases/roster_rows.py takes no more
SECONDS = 20.0  # own: for the whole file
MOST = 3  # own: files of one message that are looked at
# Where files lie, by the host of the Web API (GovSlack is a cloud of its own).
HOSTS = {"slack.com": "files.slack.com", "slack-gov.com": "files.slack-gov.com"}


def of(message: Raw) -> tuple[Attached, ...]:
    """The files of a message that have an address; previews of others' files have none."""
    found = [one for one in message.get("files") or [] if isinstance(one, dict)]
    return tuple(
        Attached(str(one.get("name") or ""), int(one.get("size") or 0), str(address))
        for one in found[:MOST]
        if (address := one.get("url_private_download") or one.get("url_private"))
    )


async def fetch(token: str, api_url: str, file: Attached) -> bytes:
    """The file's bytes. Raises NotFetched: another host, too big, no scope, or a failure."""
    if file.size > BYTES:
        raise NotFetched("size")
    if not _is_slacks(file.url, api_url):
        raise NotFetched("failed")
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(SECONDS)) as http,
            http.get(
                file.url, headers={"Authorization": f"Bearer {token}"}, allow_redirects=False
            ) as answer,
        ):
            return await _body(answer)
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise NotFetched("failed") from error


async def _body(answer: aiohttp.ClientResponse) -> bytes:
    """Slack leads to its sign-in page, or shows it, where the token may not read files."""
    if answer.status in (301, 302, 303, 307, 308, 401, 403) or answer.content_type == "text/html":
        raise NotFetched("scope")
    if answer.status != 200:
        raise NotFetched("failed")
    body = b""
    async for chunk in answer.content.iter_chunked(65_536):
        body += chunk
        if len(body) > BYTES:
            raise NotFetched("size")
    return body


def _is_slacks(url: str, api_url: str) -> bool:
    """True for https on the host of files that belongs to the Web API in use.

    A Web API at another address (a test, a proxy of the company) serves its files itself.
    """
    try:
        found, api = urlsplit(url), urlsplit(api_url)
        host = HOSTS.get((api.hostname or "").removeprefix("www."))
        if host is not None:
            return (found.scheme, found.hostname, found.port) == ("https", host, None)
        return (found.scheme, found.netloc) == (api.scheme, api.netloc) and bool(api.netloc)
    except ValueError:
        return False
