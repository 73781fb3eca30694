"""Both indexes keep the same promises: what is put is found, what is hidden or gone is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, inspect, text

from bot.cli.migrate import migrate
from bot.encoders import open_library
from bot.settings import read
from cases import indexing, question, sharing
from cases.columns import Base
from cases.errors import CannotStart
from cases.index import WHOLE, Document, Index, parts
from cases.index import pgvector as pg
from cases.index.memory import MemoryIndex
from cases.index.pgvector import PgIndex
from cases.index.tables import WALLED, make_tables
from cases.index.vectors import Common
from cases.models.case import Embedding
from cases.scope import Scope
from cases.vocabulary import Status
from tests.databases import Postgres, empty
from tests.fakes.cast import NOON, case_of, company_of, people_of, scope_of
from tests.fakes.encoder import FakeEncoder

PLAIN = Common(np.zeros(64, np.float32), np.zeros(64, np.float32))
ENCODER = FakeEncoder()
ANY_TEXT = st.text(st.characters(min_codepoint=0, max_codepoint=0x10FFFF), max_size=60)
THINGS = ("視聴ログを見てメールを送った", "離島の診療所と電話で話した", "調剤薬局に資料を届けた",
          "薬審の前に勉強会を開いた", "研修医の先生に動画を見せた")  # fmt: skip


class Desk:
    """An index of company c1 or c2 and, as the worker does, the stored vectors beside it."""

    def __init__(self, make: Callable[[str], Index], admin: Engine | None) -> None:
        self.make, self.admin = make, admin
        self.index = make("c1")

    def put(self, case_id: str, words: str, *facets: str, meaning: bool = True) -> None:
        document = Document(case_id, {"action": words}, (), frozenset(facets or ("all",)))
        self.index.put(document)
        if not meaning:
            return
        if not (named := parts(document.fields)):
            return
        rows = ENCODER.encode([words for _, words in named])
        if self.admin is not None:
            store(
                self.admin, case_id, {part: row for (part, _), row in zip(named, rows, strict=True)}
            )
        self.index.put_vectors(
            case_id, {part: row for (part, _), row in zip(named, rows, strict=True)}
        )

    def ids(
        self, words: str, *visible: set[str], limit: int = 10, meaning: bool = True
    ) -> list[str]:
        asked = question.read(words, ENCODER if meaning else None)
        return [hit.case_id for hit in self.index.search(asked, visible, limit)]


def store(admin: Engine, case_id: str, vectors: dict[str, np.ndarray]) -> None:
    table = Base.metadata.tables[Embedding.__tablename__]
    common = {"company_id": "c1", "case_id": case_id, "model": "fake"}
    with admin.begin() as connection:
        connection.execute(table.delete().where(table.c.case_id == case_id))
        connection.execute(
            table.insert(),
            [
                {
                    **common,
                    "part": part,
                    "content_hash": "",
                    "vector": row.tobytes(),
                    "written_at": NOON,
                }
                for part, row in vectors.items()
            ],
        )


@pytest.fixture(scope="module")
def side_tables(postgres: Postgres) -> Iterator[Engine]:
    """The side tables beside the others, and the app role's engine."""
    make_tables(postgres.url("postgres"), 64)
    make_tables(postgres.url("postgres"), 64)  # twice does nothing
    with postgres.admin.begin() as connection:
        for table in WALLED:
            connection.execute(
                text(f"grant select, insert, update, delete on {table} to hitotsubu_app")
            )
    engine = create_engine(postgres.url("hitotsubu_app"))
    yield engine
    engine.dispose()
    with postgres.admin.begin() as connection:
        connection.execute(text(f"drop table {', '.join(WALLED)}"))


@pytest.fixture(params=["memory", "pgvector"])
def desk(request: pytest.FixtureRequest) -> Desk:
    if request.param == "memory":
        return Desk(lambda _company: MemoryIndex(PLAIN), None)
    engine = request.getfixturevalue("side_tables")
    admin = request.getfixturevalue("postgres").admin
    with admin.begin() as connection:
        connection.execute(text(f"truncate {', '.join(WALLED)}, embedding"))
    return Desk(lambda company: PgIndex(engine, company, "fake", PLAIN), admin)


@pytest.fixture
def full(desk: Desk) -> Desk:
    for number, words in enumerate(THINGS):
        desk.put(f"case{number}", words, "all", f"even:{number % 2 == 0}")
    return desk


def test_words_are_found_before_meaning_is_known(desk: Desk) -> None:
    desk.put("log", THINGS[0], meaning=False)
    desk.put("island", THINGS[1], meaning=False)
    assert desk.ids("離島", meaning=False)[0] == "island"
    hit = desk.index.search(question.read("視聴ログ", ENCODER), ())[0]
    assert (hit.case_id, hit.sentence) == ("log", None)
    assert {"視聴", "ログ"} <= {*hit.said}
    assert desk.index.sentences("log") == 0
    desk.put("log", THINGS[0])
    assert desk.index.sentences("log") == 1


def test_a_hit_names_the_words_of_the_question_that_the_case_holds(full: Desk) -> None:
    asked = question.read("離島の視聴ログと印刷", None)
    for hit in full.index.search(asked, ()):
        words = question.read(THINGS[int(hit.case_id.removeprefix("case"))], None).spoken()
        assert {*hit.said} == {*asked.spoken()} & {*words}


def test_a_filter_never_costs_answers(full: Desk) -> None:
    assert set(full.ids("離島", {"even:True"}, limit=3)) == {"case0", "case2", "case4"}
    assert full.ids("離島", {"all"}, {"even:False"}, limit=9) == ["case1", "case3"]
    assert full.ids("離島", {"nowhere"}) == []
    assert full.ids("離島", limit=0) == []
    assert len(full.ids("zzzz", limit=9)) == len(full.index) == 5


def test_what_is_removed_or_replaced_is_gone_at_once(full: Desk) -> None:
    full.index.remove("case1")
    full.index.remove("case1")
    full.index.put_vectors("case1", {WHOLE: ENCODER.encode(["x"])[0]})
    assert "case1" not in full.ids("離島")
    full.put("case0", "夜間の当直室に寄った", meaning=False)
    assert full.ids("当直", meaning=False)[0] == "case0"
    assert full.index.sentences("case0") == 0
    assert len(full.index) == 4


def test_both_indexes_order_and_judge_alike(full: Desk) -> None:
    other = Desk(lambda _company: MemoryIndex(PLAIN), None)
    for number, words in enumerate(THINGS):
        other.put(f"case{number}", words, "all")
    for words in ("視聴ログのメール", "くすりの審査のまえ", "island clinics", "出張費の精算"):
        mine = full.index.search(question.read(words, ENCODER), [{"all"}])
        theirs = other.index.search(question.read(words, ENCODER), [{"all"}])
        assert [hit.case_id for hit in mine] == [hit.case_id for hit in theirs]
        for a, b in zip(mine, theirs, strict=True):
            assert (a.score, a.chance) == pytest.approx((b.score, b.chance), abs=1e-4)
            assert a.sentence == b.sentence


@pytest.mark.parametrize("exact", [50_000, 0])
def test_the_best_of_many_is_among_the_candidates(
    full: Desk, monkeypatch: pytest.MonkeyPatch, exact: int
) -> None:
    for module in ("memory", "pgvector"):
        monkeypatch.setattr(f"cases.index.{module}.ALL_IN_FULL", 1)
        monkeypatch.setattr(f"cases.index.{module}.CANDIDATES", 2)
    monkeypatch.setattr(pg, "EXACT", max(exact, 4))
    monkeypatch.setattr(pg, "AT_ONCE", 2)
    for number, words in enumerate(THINGS):
        assert full.ids(words, {"all"}, limit=2)[0] == f"case{number}"
        assert full.ids(words, {"all"}, limit=1, meaning=False) == [f"case{number}"]
    assert len(full.ids("zzzz", {"all"}, limit=3)) == 3


def test_how_far_was_read_outlives_the_process_or_is_nothing(desk: Desk) -> None:
    desk.index.reach(NOON, None)
    again = desk.make("c1").reached(NOON)
    assert again in ((None, None), (NOON, None))


@pytest.mark.attack(20, 21)
def test_two_companies_share_no_row(full: Desk) -> None:
    other = full.make("c2")
    other.put(Document("case0", {"action": "電話"}, (), frozenset({"all"})))
    assert [hit.case_id for hit in other.search(question.read("離島", None), [{"all"}])] == [
        "case0"
    ]
    other.remove("case0")
    assert len(full.index) == 5


HARD = [
    "", " ", "面" * 10_000, "🙌🙏😭", "\x00\x1b\x7f", "\u202e面会\u2066", "\ud800訪問\udfff",
    '"面会" NEAR(*) -AND; DROP TABLE cases --', "%_\\'", "a:* & !b | (c)", "a" * 10_000,
]  # fmt: skip


@pytest.mark.attack(46)
def test_hard_texts_get_an_answer_and_can_be_put(full: Desk) -> None:
    for at, words in enumerate(HARD):
        assert len(full.ids(words, limit=30)) == 5 + at
        full.put(f"hard{at}", words)


async def test_search_in_postgresql_follows_the_tables_and_goes_on_where_it_was(
    side_tables: Engine, postgres: Postgres, tmp_path: Path
) -> None:
    empty(postgres.admin)
    with postgres.admin.begin() as connection:
        connection.execute(text(f"truncate {', '.join(WALLED)}"))
    environ = {
        "HITOTSUBU_DATABASE_URL": postgres.url("hitotsubu_app"),
        "HITOTSUBU_VAR": str(tmp_path),
    }
    library = open_library(read({**environ, "HITOTSUBU_INDEX": "pgvector"}), ENCODER)
    async with library.db.transaction(Scope("c1")) as shelf:
        shelf.session.add_all(company_of("c1"))
        await shelf.session.flush()
        shelf.session.add_all(people_of("c1"))
        shelf.cases.add(case_of("wide", action="視聴ログを見て要点だけをメールで送った"))
        shelf.cases.add(case_of("kobe", "kato", status=Status.OFFICE, action="メールで送った"))
    await indexing.catch_up(library.db, "c1", ENCODER)
    found = await library.find(scope_of("ito"), "メールで送る")
    assert [hit.case_id for hit in found.hits] == ["wide"]
    assert not found.words_only
    assert len(library.shelves.companies["c1"].index) == 2  # type: ignore[arg-type]  # both have it
    again = library.shelves.make_index("c1", "fake", 64).reached(NOON)
    assert None not in again
    async with library.db.transaction(scope_of("sato")) as shelf:
        await sharing.withdraw(shelf, "wide")
    assert (await library.find(scope_of("ito"), "メールで送る")).hits == ()
    await library.close()


def test_a_case_that_left_is_in_no_list_and_in_no_count(
    side_tables: Engine, postgres: Postgres
) -> None:
    with postgres.admin.begin() as connection:
        connection.execute(text(f"truncate {', '.join(WALLED)}"))
    index = PgIndex(side_tables, "c1", "fake", PLAIN)
    index.put(Document("stays", {"action": THINGS[0]}, (), frozenset({"all"})))
    before = _everything(postgres.admin)
    for words in THINGS[:2]:
        index.put(Document("left", {"action": words}, (), frozenset({"all"})))
    assert _everything(postgres.admin) != before
    index.remove("left")
    assert _everything(postgres.admin) == before


def _everything(admin: Engine) -> list[object]:
    """All that the word index keeps; a term that nobody holds any more may stay, as a number."""
    with admin.begin() as connection:
        return [
            sorted(map(tuple, connection.execute(text(statement)).all()))
            for statement in (
                "select case_id, terms from search_case",
                "select term, block, cases from search_term",
                "select term, cases from search_df where cases <> 0",
            )
        ]


def test_migrating_makes_the_side_tables_or_says_what_to_do_first(postgres: Postgres) -> None:
    with postgres.admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("create database sides owner hitotsubu_owner"))
        url = postgres.url("hitotsubu_owner", "sides")
        settings = read({"HITOTSUBU_DATABASE_URL": url, "HITOTSUBU_INDEX": "pgvector"})
        with pytest.raises(CannotStart, match="no_pgvector"):
            migrate(settings)
        admin = create_engine(postgres.admin.url.set(database="sides"))
        with admin.begin() as there:
            there.execute(text("create extension vector"))
        assert migrate(settings) is False
        assert set(WALLED) <= set(inspect(admin).get_table_names())
        put = text("insert into search_reach (company_id, model) values ('c1', 'fake')")
        known = text("select count(*) from search_reach")
        with admin.begin() as there:
            there.execute(put)
        migrate(settings)
        with admin.begin() as there:
            assert there.scalar(known) == 1
            there.execute(text("comment on table search_case is 'of another release'"))
        migrate(settings)
        with admin.begin() as there:
            assert there.scalar(known) == 0  # so every case is read again
        admin.dispose()
        connection.execute(text("drop database sides"))


@given(ANY_TEXT)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@pytest.mark.attack(45)
def test_any_text_gets_an_answer(full: Desk, words: str) -> None:
    assert len(full.ids(words)) == 5
