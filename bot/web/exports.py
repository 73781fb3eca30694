"""Files to take away: the company's published cases for 事務局, the audit trail for auditors."""

from __future__ import annotations

import asyncio
from datetime import date

from aiohttp import web

from bot.web.visit import House, enter
from cases.errors import BadInput, NotFound

KINDS = {
    "csv": "text/csv",
    "json": "application/jsonl",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


async def cases(house: House, request: web.Request) -> web.StreamResponse:
    """`/export/cases.csv`, `.xlsx` or `.json`; the number of rows is in the audit trail."""
    from cases import exporting  # with what reads texts: not for the first page

    visit = await enter(house, request)
    form = request.match_info["form"]
    if form not in KINDS:
        raise NotFound
    async with house.library.db.reading(visit.scope) as shelf:
        found = await exporting.read(shelf)
    content = await asyncio.to_thread(exporting.built, form, found)  # others are served meanwhile
    async with house.library.db.transaction(visit.scope) as shelf:
        await exporting.note(shelf, form, found)
    return _file(f"cases.{form}", content, KINDS[form])


async def audit(house: House, request: web.Request) -> web.StreamResponse:
    """`/export/audit.csv?from=YYYY-MM-DD&to=YYYY-MM-DD`, JST days."""
    from cases import audit_export  # as above

    visit = await enter(house, request)
    try:
        first, last = (date.fromisoformat(request.query.get(key, "")) for key in ("from", "to"))
    except ValueError as error:
        raise BadInput("from_to") from error
    async with house.library.db.reading(visit.scope) as shelf:
        rows = await audit_export.read(shelf, first, last)
    text = await asyncio.to_thread(audit_export.built, rows)
    async with house.library.db.transaction(visit.scope) as shelf:
        await audit_export.note(shelf, first, last, len(rows))
    return _file(f"audit-{first}-{last}.csv", text, KINDS["csv"])


def _file(name: str, content: str | bytes, kind: str) -> web.Response:
    body = content if isinstance(content, bytes) else content.encode()
    named = {"Content-Disposition": f'attachment; filename="{name}"'}
    charset = None if isinstance(content, bytes) else "utf-8"
    return web.Response(body=body, content_type=kind, charset=charset, headers=named)
