"""A roster file as rows and faults: Excel's forms, both languages, and any text at all."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cases import roster_rows
from cases.errors import BadInput
from cases.roster_rows import Row, decoded, looks_like_one, read
from cases.vocabulary import Role

JA = (
    "氏名,メールアドレス,Slack ID,営業所,営業部,役割,推進メンバー,入社日,異動日,退職日,備考\r\n"
    "佐藤 健,Sato@Hibiki.example,U0SATO,仙台営業所,東北営業部,,主,2020/4/1,2026年10月1日,,元気\r\n"
)
SATO = Row(
    2, "佐藤 健", "sato@hibiki.example", "U0SATO", "", "仙台営業所", "東北営業部", frozenset(),
    "main", "", date(2020, 4, 1), date(2026, 10, 1), None,
)  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_the_forms_in_which_excel_saves_give_the_same_rows(encoding: str) -> None:
    sheet = read(decoded(JA.encode(encoding)))
    assert (sheet.rows, sheet.faults, sheet.ignored) == ((SATO,), (), ("備考",))


def test_english_headings_and_lines_pasted_from_a_sheet_are_understood() -> None:
    text = "Name\tE-mail\tOffice\tRoles\tPromoter\nSato Ken\tsato@x.example\tSendai\tManager\tno\n"
    (row,) = read(text).rows
    assert (row.name, row.office, row.roles, row.duty) == (
        "Sato Ken", "Sendai", frozenset({Role.MANAGER}), "",
    )  # fmt: skip
    assert looks_like_one(text)


@pytest.mark.parametrize(
    ("line", "why", "detail"),
    [
        (",a@x.example,,", "no_name", ""),
        ("佐藤,,,", "no_key", ""),
        ("佐藤,not-an-address,,", "email", "not-an-address"),
        ("佐藤,a@x.example,社長,", "role", "社長"),
        ("佐藤,a@x.example,,2026-13-01", "date", "2026-13-01"),
        ("佐藤,a@x.example,,来月", "date", "来月"),
        ("佐藤,a@x.example,,,,@sato", "cells", ""),
        ("佐藤,a@x.example,,,余り", "cells", ""),
        ("佐" * 101 + ",a@x.example,,", "long", "佐" * 20),
        ("佐藤,a@x.example,推進メンバー,", "no_office", ""),
    ],
)
def test_a_line_that_cannot_be_taken_says_where_and_why(line: str, why: str, detail: str) -> None:
    sheet = read(f"氏名,メール,役割,退職日\n鈴木,s@x.example,MR,\n\n{line}\n")
    assert [(fault.line, fault.why, fault.detail) for fault in sheet.faults] == [(4, why, detail)]
    assert [row.name for row in sheet.rows] == ["鈴木"]


def test_a_cell_of_several_lines_does_not_shift_the_numbers() -> None:
    sheet = read('氏名,メール,役割\n"佐\n藤",a@x.example,\n鈴木,bad,\n')
    assert (sheet.rows[0].name, sheet.rows[0].line, sheet.faults[0].line) == ("佐 藤", 2, 4)


def test_an_id_is_slacks_or_teams() -> None:
    aad = "0F8FAD5B-D9CB-469F-A165-70867728950E"
    sheet = read(f"氏名,Slack ID\n佐藤,u0sato\n鈴木,{aad}\n田中,@tanaka\n")
    assert [row.chat_id for row in sheet.rows] == ["U0SATO", aad.lower()]
    assert [(fault.why, fault.detail) for fault in sheet.faults] == [("chat_id", "@tanaka")]


def test_several_roles_stand_in_one_cell_and_a_promoter_is_the_offices_first() -> None:
    (row,) = read("氏名,メール,役割,営業所\n佐藤,a@x.example,事務局・推進メンバー,仙台\n").rows
    assert (row.roles, row.duty) == (frozenset({Role.HQ_ADMIN}), "main")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "氏名,部署\n佐藤,仙台\n",
        "氏名,メール,メール\n佐藤,a@x.example,b@x.example\n",
        '氏名,メール\n"佐藤,a@x.example\n鈴木,b@x.example\n',  # breaks off inside a cell
    ],
)
def test_a_file_that_cannot_be_understood_is_refused_as_a_whole(text: str) -> None:
    with pytest.raises(BadInput):
        read(text)


@pytest.mark.attack(47)
def test_a_file_of_another_kind_or_size_is_refused() -> None:
    with pytest.raises(BadInput, match="roster_code"):
        decoded(b"PK\x03\x04\xff\xfe\x81\x00\x00\x80\xa0\xfd")
    with pytest.raises(BadInput, match="roster_size 5"):
        decoded(b"x" * (roster_rows.BYTES + 1))
    with pytest.raises(BadInput, match="roster_lines 20000"):
        read("氏名,メール\n" + "佐藤,a@x.example\n" * (roster_rows.ROWS + 1))


def test_what_an_mr_writes_is_no_roster() -> None:
    assert not looks_like_one("佐藤先生にメール,電話で会えました")
    assert not looks_like_one("")


@given(st.text(), st.sampled_from([",", "\t"]))
@example('"', ",")
@example("a,b\rc", ",")
@example("\x00\ud800", "\t")
def test_no_text_breaks_the_reading(text: str, between: str) -> None:
    head = between.join(["氏名", "メール", "Slack ID", "営業所", "役割", "退職日"])
    try:
        sheet = read(f"{head}\n{text}")
    except BadInput:
        return
    lines = [row.line for row in sheet.rows] + [fault.line for fault in sheet.faults]
    assert all(line >= 2 for line in lines)
    assert len(lines) == len(set(lines))
    assert all(row.name and (row.email or row.chat_id) for row in sheet.rows)


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reading(data: bytes) -> None:
    try:
        read(decoded(data))
    except BadInput:
        return
