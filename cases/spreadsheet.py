"""An .xlsx file whose cells are text and nothing else: no formula, no link, no macro, no style.

Written by hand because it is six small files in a ZIP; the same rows give the same bytes.
Format: ECMA-376, part 1, §18 (SpreadsheetML).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from html import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

LONGEST = 32_767  # characters that Excel takes in a cell
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, §2.2
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SCHEMAS = "http://schemas.openxmlformats.org/"
MAIN = f"{SCHEMAS}spreadsheetml/2006/main"
OFFICE = f"{SCHEMAS}officeDocument/2006/relationships"
PACKAGE = f"{SCHEMAS}package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
FILES = {
    "[Content_Types].xml": (
        f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{KIND}.worksheet+xml"/>'
        "</Types>"
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="hitotsubu" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}


def workbook(rows: Iterable[Sequence[str]]) -> bytes:
    """The rows as one sheet of text cells."""
    lines = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{lines}</sheetData></worksheet>'
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as file:
        for name, text in (FILES | {"xl/worksheets/sheet1.xml": sheet}).items():
            file.writestr(ZipInfo(name), HEAD + text, ZIP_DEFLATED)
    return out.getvalue()


def _cell(text: str) -> str:
    """An inline string: Excel shows it and never calculates it."""
    shown = escape(FORBIDDEN.sub("", text)[:LONGEST], quote=False)
    return f'<c t="inlineStr"><is><t xml:space="preserve">{shown}</t></is></c>'
