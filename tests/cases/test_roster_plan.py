"""What a roster file asks for, without a database: seats, coming days, rights, what may not be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from cases.roster_plan import Deed, Plan, Rules, plan
from cases.roster_rows import Row, Sheet, read
from cases.roster_state import Coming, Person, State
from cases.vocabulary import Role

TODAY = date(2026, 11, 22)
SATO = Person("sato", "佐藤", "sato@x.example", office="仙台", locale="ja")
KATO = Person("kato", "加藤", "kato@x.example", office="神戸", duty="main", locale="ja")
ABE = Person("abe", "阿部", "abe@x.example", office="神戸", duty="deputy", locale="ja")
HEAD = Person(
    "head", "事務局", "head@x.example", roles=frozenset({Role.HQ_ADMIN}), chat_id="U0HEAD"
)
QUIET = Person("quiet", "静", chat_id="U0QUIET", office="仙台", locale="ja")
MOVE = Coming("sato", date(2027, 4, 1), "move", "神戸", frozenset(), "")
GONE = Coming("sato", date(2027, 1, 1), "leave")
COLUMNS = "氏名,メール,営業所,営業部,役割,推進メンバー,入社日,異動日,退職日\n"


def state(*coming: Coming, **changed: Person) -> State:
    people = {one.id: one for one in (SATO, KATO, ABE, HEAD, QUIET)} | changed
    return State(people, {"仙台": "東北", "神戸": ""}, frozenset(coming))


def made(text: str, *coming: Coming, rules: Rules | None = None, **changed: Person) -> Plan:
    part = rules or Rules(partial=True)
    return plan(state(*coming, **changed), read(COLUMNS + text), TODAY, part)


def deeds(found: Plan) -> list[tuple[str, Deed]]:
    return [(step.name, step.deed) for step in found.steps]


def test_who_claims_a_seat_gets_it_and_a_deputy_alone_is_the_first() -> None:
    found = made("佐藤,sato@x.example,神戸,,,主,,,\n")
    assert (found.people["sato"].duty, found.people["kato"].duty) == ("main", "")
    assert ("加藤", Deed.CHANGED) in deeds(found)
    found = made("加藤,kato@x.example,神戸,,,,,,\n")
    assert (found.people["kato"].duty, found.people["abe"].duty) == ("", "main")


def test_a_column_that_is_not_there_changes_nothing_of_it() -> None:
    sheet = read("氏名,メール\n加藤 恵,kato@x.example\n")
    found = plan(state(), sheet, TODAY, Rules(partial=True))
    assert found.people["kato"] == replace(KATO, name="加藤 恵")
    moved = plan(
        state(), read("氏名,メール,営業所\n加藤,kato@x.example,仙台\n"), TODAY, Rules(partial=True)
    )
    assert moved.people["kato"].duty == ""


def test_the_region_of_an_office_is_taken_over_and_an_empty_one_is_not() -> None:
    assert made("佐藤,sato@x.example,仙台,東日本,,,,,\n").offices == {"仙台": "東日本"}
    assert made("佐藤,sato@x.example,仙台,,,,,,\n").offices == {}


def test_coming_days_of_the_file_replace_those_that_wait() -> None:
    line = "佐藤,sato@x.example,仙台,,,,,,\n"
    assert made(line, MOVE).cancelled == []
    assert made(line, MOVE, GONE).cancelled == [GONE]  # the column 退職日 is there, and empty
    other = "佐藤,sato@x.example,神戸,,,,,2027-10-01,2026-12-31\n"
    found = made(line + other, MOVE, GONE)
    assert found.cancelled == [MOVE]
    assert [one.day for one in found.coming] == [date(2027, 10, 1)]
    assert deeds(found) == [("佐藤", Deed.DATED), ("佐藤", Deed.CANCELLED)]


def test_the_last_day_on_two_lines_is_one_leaving() -> None:
    line = "佐藤,sato@x.example,仙台,,,,,,2026-12-31\n"
    found = made(line + line.replace(",,2026-12", ",2026-12-01,2026-12"))
    assert sorted(one.what for one in found.coming) == ["leave", "move"]


def test_who_had_left_before_the_company_knew_them_is_nobody_to_it() -> None:
    found = made("昔の方,old@x.example,仙台,,,,,,2020-03-31\n")
    assert (len(found.people), found.changes_nothing) == (5, True)
    found = made("佐藤,sato@x.example,仙台,,,,,,2020-03-31\n", sato=replace(SATO, active=False))
    assert found.changes_nothing
    found = made("佐藤,sato@x.example,仙台,,,,,,\n", sato=replace(SATO, active=False))
    assert deeds(found) == [("佐藤", Deed.RETURNED)]


def test_who_joins_later_waits_and_who_is_there_does_not_join_again() -> None:
    found = made("新井,arai@x.example,仙台,,,主,2027-04-01,,\n")
    assert [(one.what, one.duty) for one in found.coming] == [("join", "main")]
    assert not found.people[found.coming[0].person].active
    assert made("佐藤,sato@x.example,仙台,,,,2027-04-01,,\n").coming == []


def test_nobody_takes_over_the_address_of_somebody_with_a_higher_role() -> None:
    rules = Rules(may=frozenset({Role.MANAGER}), me="kato", partial=True)
    sheet = read("氏名,メール,Slack ID\n事務局,mine@x.example,U0HEAD\n")
    (step,) = plan(state(), sheet, TODAY, rules).steps
    assert (step.deed, step.why) == (Deed.BAD, "role_not_allowed")
    (step,) = plan(state(), read("氏名,Slack ID\n本社 花子,U0HEAD\n"), TODAY, rules).steps
    assert step.deed is Deed.CHANGED


def test_two_who_left_and_share_an_address_with_somebody_are_not_mistaken_for_them() -> None:
    old = replace(SATO, id="old", active=False)
    found = made("佐藤 健,sato@x.example,仙台,,,,,,\n", old=old)
    assert found.people["old"] == old
    assert found.people["sato"].name == "佐藤 健"


PEOPLE = st.lists(
    st.builds(
        Row,
        line=st.integers(2, 9),
        name=st.sampled_from(["佐藤", "加藤", "新井"]),
        email=st.sampled_from(["sato@x.example", "kato@x.example", "new@x.example"]),
        chat_id=st.sampled_from(["", "U0HEAD", "U0NEW"]),
        office=st.sampled_from(["", "仙台", "神戸", "札幌"]),
        roles=st.sampled_from([frozenset(), frozenset({Role.MANAGER})]),
        duty=st.sampled_from(["", "main", "deputy"]),
        valid_from=st.sampled_from([None, date(2020, 1, 1), date(2027, 4, 1)]),
        left_on=st.sampled_from([None, date(2020, 1, 1), date(2027, 3, 31)]),
    ),
    max_size=6,
)


def applied(before: State, found: Plan) -> State:
    """The state after the plan, as the database would hold it."""
    ids = {key: key.replace("new:", "new-") for key in found.people}
    people = {ids[key]: replace(one, id=ids[key]) for key, one in found.people.items()}
    fresh = {replace(one, person=ids[one.person]) for one in found.coming}
    coming = (before.coming - set(found.cancelled)) | fresh
    return State(people, {**before.offices, **found.offices}, frozenset(coming))


@given(PEOPLE, st.booleans())
def test_any_file_leaves_one_of_each_seat_and_a_second_time_changes_nothing(
    rows: list[Row], partial: bool
) -> None:
    whole = frozenset({"name", "email", "chat_id", "office", "roles", "duty", "left_on"})
    lines = [
        replace(row, line=number, duty=row.duty if row.office else "")
        for number, row in enumerate(rows, 2)
    ]
    sheet = Sheet(tuple(lines), (), whole)
    first = plan(state(), sheet, TODAY, Rules(partial=partial))
    seats = [(p.office, p.duty) for p in first.people.values() if p.active and p.duty]
    assert len(seats) == len(set(seats))
    assert all((office, "main") in seats for office, _ in seats)
    after = applied(state(), first)
    again = plan(after, sheet, TODAY, Rules(partial=partial))
    assert [
        step for step in again.steps if step.deed not in (Deed.SAME, Deed.DUPLICATE, Deed.BAD)
    ] == []
