"""The first screen: one box, what waits, the answers below it; and the forms of all cards."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web
from multidict import MultiDictProxy

from bot.conversation.events import Reply
from bot.platform import Desk
from bot.views.elements import Card
from bot.views.notes import examples, note
from bot.web import current, review, threads, tour
from bot.web.answers import answer, in_queue
from bot.web.links import own_path
from bot.web.threads import Change, Press, Swap, Top
from bot.web.visit import WHO, House, Visit, enter, page, remember
from bot.web.walls import Refused
from cases.text import whole_number

LIMIT = 200  # characters of a form's key


async def home(house: House, request: web.Request) -> web.StreamResponse:
    """The first screen; `try` puts an example into the box, `step` is the tour's."""
    visit = await enter(house, request)
    chips = [row["en" if visit.locale == "en" else "ja"] for row in examples()]
    chosen = request.query.get("try", "")
    at = whole_number(chosen)
    text = chips[at] if at is not None and at < len(chips) else ""
    return await first_screen(visit, text)


async def first_screen(
    visit: Visit, text: str, *, error: str = "", status: int = 200
) -> web.Response:
    """The page with `text` in its box: nothing typed is lost when something fails."""
    chips = [row["en" if visit.locale == "en" else "ja"] for row in examples()]
    entries = [entry for entry in visit.thread.entries if not entry.sheet]
    await current.refresh(visit, entries)
    found = {
        "text": text,
        "error": error,
        "chips": list(enumerate(chips)),
        "entries": [(entry.said, visit.card(entry.card, entry.id)) for entry in entries],
        "waits": await _waits(visit),
        "tour": await tour.strip(visit),
    }
    return await page(visit, "home.html", found, status=status)


async def here(house: House, request: web.Request) -> web.StreamResponse:
    """Somebody writes on the page: their session stays alive, up to its longest."""
    await enter(house, request)
    return web.Response(status=204)


async def say(house: House, desk: Desk, request: web.Request) -> web.StreamResponse:
    """What was typed into the box."""
    posted = await request.post()
    visit = await enter(house, request)
    text = str(posted.get("text") or "")
    try:
        house.walls.check(request, posted)
        changes, again = await _said(visit, desk, _key(request, posted), text)
    except Refused as error:
        if visit.quick:
            raise
        words = visit.words(f"error.{error.code}", code=error.code)
        return await first_screen(visit, text, error=words, status=error.status)
    if visit.quick:
        return answer(visit, changes, again=again, waits=await _waits(visit), box=True)
    return _follow(visit, "/#thread")


async def _said(visit: Visit, desk: Desk, key: str, text: str) -> tuple[list[Change], bool]:
    """What changes on the page, and whether the text was received before."""
    raw = {"user": visit.member.id, "text": text}
    replies = await _ask(visit, desk, f"say:{key}", raw)
    if replies is None:
        return _known(visit, f"say:{key}"), True
    return visit.thread.remember(f"say:{key}", threads.said(visit.thread, text, replies)), False


async def press(house: House, desk: Desk, request: web.Request) -> web.StreamResponse:
    """A button of a card, with all the fields of its card."""
    posted = await request.post()
    visit = await enter(house, request)
    house.walls.check(request, posted)
    row, action, value = _button(str(posted.get("press") or ""))
    pressed = Press(str(posted.get("card") or "")[:LIMIT], row, value)
    told = {"action": action, "value": value, "fields": read_fields(posted)}
    shape = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
    key = f"press:{_key(request, posted)}:{row}:{shape}"
    raw = {"user": visit.member.id, "card": pressed.card_id, **told}
    replies = await _ask(visit, desk, key, raw)
    if replies is not None:
        known = dict(visit.thread.swapped)
        changes = threads.pressed(
            visit.thread, pressed, replies, quick=visit.quick, home=_from_home(request)
        )
        if action == "share.withdraw_yes":
            changes += threads.withdrawn(visit.thread, value, visit.locale)
        visit.thread.remember(key, changes)
        await _answered(visit, known)
    if visit.quick:
        waits = await _waits(visit) if _from_home(request) else None
        changes = _known(visit, key)
        queue = await _queue(visit, changes) if _asks(request) == "/review" else None
        return answer(visit, changes, again=replies is None, waits=waits, queue=queue)
    return _follow(visit, "/#thread")


async def _answered(visit: Visit, known: Mapping[str, Card]) -> None:
    """Letters that were just answered stay so, whatever restarts."""
    for card_id, card in visit.thread.swapped.items():
        mark, _, letter_id = card_id.partition("letter-")
        if not mark and known.get(card_id) is not card:
            company, member = visit.scope.company_id, visit.member.id
            await visit.house.back.answered(company, member, letter_id, card)


def _known(visit: Visit, key: str) -> list[Change]:
    """The answer to a form; where it got lost (a crash, a restart), a word that it was received.

    The event is in the inbox then, and its answer comes as a letter.
    """
    known = visit.thread.answers.get(key)
    if known is not None:
        return known
    return [Top(visit.thread.add(note(visit.words("web.received"))))]


async def switch(house: House, request: web.Request) -> web.StreamResponse:
    """Acts as another person of the sample company."""
    posted = await request.post()
    visit = await enter(house, request)
    house.walls.check(request, posted)
    member_id = str(posted.get("who") or "")
    if member_id not in [person.member_id for person in visit.people]:
        raise Refused("E-01", 404)
    response = _follow(visit, own_path(str(posted.get("back") or "/")))
    house.walls.keep(response, WHO, member_id)
    return response


async def language(house: House, request: web.Request) -> web.StreamResponse:
    """日本語｜English: the member's setting."""
    posted = await request.post()
    visit = await enter(house, request)
    house.walls.check(request, posted)
    locale = "en" if posted.get("locale") == "en" else "ja"
    await house.back.speak(visit.scope.company_id, visit.member.id, locale)
    return _follow(visit, own_path(str(posted.get("back") or "/")))


async def move(house: House, request: web.Request) -> web.StreamResponse:
    """「日付を進める」."""
    posted = await request.post()
    visit = await enter(house, request)
    house.walls.check(request, posted)
    moved = await tour.move(visit, str(posted.get("by") or ""))
    step = "5" if posted.get("by") == "digest" else "4"
    where = f"/?step={step}&day={moved.day.isoformat()}&came={moved.letters}"
    return _follow(visit, where)


def read_fields(posted: MultiDictProxy[Any]) -> dict[str, str | list[str]]:
    """The card's fields: `f.key` is one string, `l.key` a list without its empty value."""
    found: dict[str, str | list[str]] = {}
    for name in posted:
        mark, _, key = name.partition(".")
        if mark == "f":
            found[key] = str(posted.get(name) or "")
        elif mark == "l":
            found[key] = [str(value) for value in posted.getall(name) if value]
    return found


async def _ask(
    visit: Visit, desk: Desk, key: str, raw: Mapping[str, Any]
) -> Sequence[Reply] | None:
    """The conversation's replies; None for a form that was sent before: it happens once."""
    external = hashlib.sha256(f"{visit.session}:{visit.member.id}:{key}".encode()).hexdigest()
    kept = await desk.keep("web", visit.team, external, dict(raw))
    if kept is None:
        raise Refused("E-01", 404)
    if not kept.fresh:
        return None
    return await desk.handle(kept, direct=True)


def _key(request: web.Request, posted: Mapping[str, Any]) -> str:
    key = str(request.headers.get("Idempotency-Key") or posted.get("key") or "")
    if not key or len(key) > LIMIT:
        raise Refused("E-13", 400)
    return key


def _button(pressed: str) -> tuple[str, str, str]:
    """Row, action and value of a pressed button."""
    row, _, rest = pressed.partition(" ")
    action, _, value = rest.partition(" ")
    if whole_number(row) is None or not action or len(value) > 1000:
        raise Refused("E-00", 400)
    return row, action, value


def _asks(request: web.Request) -> str:
    """The path of the page that asks."""
    address = request.headers.get("HX-Current-URL", "").split("?")[0].split("#")[0]
    return "/" + "".join(address.split("/", 3)[3:]).rstrip("/")


def _from_home(request: web.Request) -> bool:
    """True when the page that asks is the first screen, which shows the thread."""
    return "HX-Current-URL" in request.headers and _asks(request) == "/"


async def _queue(visit: Visit, changes: Sequence[Change]) -> dict[str, Any] | None:
    """確認待ち as it is after a deed on that page; None where nothing was decided there."""
    decided = {one.card_id: one.card for one in changes if isinstance(one, Swap) and in_queue(one)}
    return await review.queue(visit, decided) if decided and visit.reviews else None


def _follow(visit: Visit, where: str) -> web.Response:
    """The way of a page without scripts: the form is done, the page is read anew."""
    response = web.Response(status=303, headers={"Location": where})
    remember(response, visit)
    return response


async def _waits(visit: Visit) -> dict[str, int]:
    """What waits for this person: letters, approvals and drafts."""
    from cases.review import queue  # with the guard: not for the first import

    letters = sum(not letter.read for letter in await visit.letters())
    async with visit.house.library.db.transaction(visit.scope) as shelf:
        drafts = len(await shelf.cases.drafts())
        approvals = len(await queue(shelf)) if visit.reviews else 0
    return {"letters": letters, "drafts": drafts, "approvals": approvals}
