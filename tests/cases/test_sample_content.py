"""The sample company is what people see first: its counts, limits, keys and words are held.

Counts come from the issue of the main job, limits from domain.md §2.2 (code points after NFKC).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter, defaultdict
from importlib.resources import files
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from tests.development import reads_development_texts

CONTENT = files("cases") / "content"
LIMITS = {"title": 40, "situation": 300, "action": 500, "result": 200, "tip": 200, "voice": 100}
LIMITS |= {
    "intent": 80,
    "conditions": 200,
    "pitfalls": 200,
    "success_signal": 100,
    "first_line": 80,
}
LIST_OF = {"channels": "channels", "area": "areas", "customer": "customers", "access": "access"}
LIST_OF |= {"facility": "facilities", "barrier": "barriers", "outcome": "outcomes"}
MOST_KEYS = {"channels": 21, "area": 2, "customer": 2, "barrier": 2, "outcome": 2}
OPTIONAL = [*LIMITS.keys() - {"title", "action", "result"}, *LIST_OF, "steps"]
FORBIDDEN = re.compile(
    "患者|副作用|有害事象|症例|処方|売上|シェア|適応外|未承認|他社より|競合|接待|弁当|二次会|"
    "タクシー|手土産|自作|個人LINE|patient|adverse|side effect|prescri|sales|market share",
    re.IGNORECASE,
)
NAMED_FACILITY = re.compile(
    "[市県都府町村]立|済生会|日赤|赤十字|国立|厚生|医療センター|記念病院|総合病院"
)
NAMED_DOCTOR = re.compile("Dr\\.? ?[A-Z一-龥]")


def load(name: str) -> Any:
    return json.loads((CONTENT / name).read_text(encoding="utf-8"))


COMPANY, CASES, TRIALS = (load(f"sample/{n}.json") for n in ("company", "cases", "trials"))
WISHES, REFLECTIONS = load("sample/wishes.json"), load("sample/reflections.json")
PENDING, EXAMPLES = load("sample/pending.json"), load("sample/examples.json")
MEMBERS = {each["id"]: each for each in COMPANY["members"]}
BY_ID = {each["id"]: each for each in CASES}


def keys_of(field: str) -> set[str]:
    entries = load("vocabulary.json")[LIST_OF[field]]
    return {key for e in entries for key in (e["key"], *(i["key"] for i in e.get("items", ())))}


def as_list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value] if value else []


def strings(value: Any) -> list[str]:
    """Every piece of text below a JSON value."""
    if isinstance(value, str):
        return [value]
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for each in below for text in strings(each)]


def length(text: str) -> int:
    return len(unicodedata.normalize("NFKC", text))


def members_with(role: str) -> list[dict[str, Any]]:
    return [each for each in COMPANY["members"] if role in each["roles"]]


def test_the_company_has_three_divisions_eight_offices_and_96_members() -> None:
    assert COMPANY["sample"] is True
    assert "サンプル" in COMPANY["name"]
    assert (len(COMPANY["divisions"]), len(COMPANY["offices"]), len(MEMBERS)) == (3, 8, 96)
    assert len(COMPANY["members"]) == len(MEMBERS)
    assert len({each["name"] for each in COMPANY["members"]}) == 96
    assert {o["division"] for o in COMPANY["offices"]} == {d["id"] for d in COMPANY["divisions"]}


def test_one_office_has_four_mrs_and_the_others_eight_or_more() -> None:
    mrs = Counter(each["office"] for each in members_with("member"))
    assert set(mrs) == {office["id"] for office in COMPANY["offices"]}
    smallest, *others = sorted(mrs.values())
    assert smallest == 4
    assert min(others) >= 8


def test_every_office_has_one_promoter_and_a_manager() -> None:
    offices = {office["id"] for office in COMPANY["offices"]}
    promoters = Counter(each["office"] for each in members_with("promoter"))
    assert set(promoters) == offices
    assert set(promoters.values()) == {1}
    assert {each["office"] for each in members_with("manager")} == offices
    assert (len(members_with("hq_admin")), len(members_with("moderator"))) == (2, 1)


def test_the_cast_of_the_first_screen_is_there() -> None:
    assert [each["member"] for each in COMPANY["cast"]] == ["sato", "kato", "mori", "nakamura"]
    assert (MEMBERS["sato"]["office"], MEMBERS["kato"]["office"]) == ("sendai", "kobe")
    assert MEMBERS["kato"]["roles"] == ["member", "promoter"]
    assert MEMBERS["mori"]["roles"] == ["manager"]
    assert MEMBERS["nakamura"]["roles"] == ["hq_admin"]


def test_there_are_120_cases_of_the_promised_kinds() -> None:
    kinds = Counter(case["kind"] for case in CASES)
    assert len(CASES) == len(BY_ID) == len({case["title"] for case in CASES}) == 120
    assert set(BY_ID) == {f"s{n:03d}" for n in range(1, 121)}
    assert kinds["org_case"] == 6
    assert kinds["lesson"] >= 10
    assert Counter(case["language"] for case in CASES) == {"ja": 108, "en": 12}
    assert sum(case["status"] == "company" for case in CASES) >= 100
    assert {case["status"] for case in CASES} == {"company", "office"}


def test_a_third_has_only_the_required_fields_and_the_median_is_short() -> None:
    bare = [case for case in CASES if not any(case.get(field) for field in OPTIONAL)]
    assert len(bare) == 40
    sizes = [length(c.get("situation", "") + c["action"] + c["result"]) for c in CASES]
    assert median(sizes) <= 120


def test_cases_spread_over_fourteen_months_without_an_empty_one() -> None:
    months = Counter(case["days_ago"] // 30 for case in CASES)
    assert set(months) == set(range(14))
    assert min(months.values()) >= 3


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_case_keeps_the_limits_and_uses_known_keys(case: dict[str, Any]) -> None:
    assert case["sample"] is True
    assert all(case[field] for field in ("title", "action", "result"))
    assert MEMBERS[case["author"]]["office"] == case["office"]
    assert [f for f, most in LIMITS.items() if length(case.get(f, "")) > most] == []
    assert [f for f, most in MOST_KEYS.items() if len(case[f]) > most] == []
    assert [f for f in LIST_OF if not set(as_list(case[f])) <= keys_of(f)] == []
    steps = case.get("steps", [])
    assert len(steps) <= 5
    assert all(length(s["text"]) <= 100 and -60 <= s["offset"] <= 60 for s in steps)
    assert {s["channel"] for s in steps} <= set(case["channels"])
    if case["kind"] == "org_case":
        assert {"promoter", "manager"} & set(MEMBERS[case["author"]]["roles"])


@pytest.mark.parametrize("name", ["cases", "trials", "wishes", "reflections", "pending"])
def test_no_text_has_a_forbidden_word_a_name_or_a_named_facility(name: str) -> None:
    surnames = "|".join(each["name"].split()[0] for each in COMPANY["members"])
    doctor = re.compile(f"({surnames})(先生|部長|教授|院長|薬局長)")
    for text in strings(load(f"sample/{name}.json")):
        for rule in (FORBIDDEN, NAMED_FACILITY, NAMED_DOCTOR, doctor):
            assert not rule.search(text), text


def test_the_restricted_visit_has_many_different_answers() -> None:
    closed = [case for case in CASES if case["access"] in ("restricted", "no_visit")]
    found = [case for case in closed if "access_gained" in case["outcome"]]
    assert len(found) >= 6
    assert len({tuple(sorted(case["channels"])) for case in found}) >= 6
    assert all(case["status"] == "company" for case in found)


def test_areas_channels_and_facilities_are_varied() -> None:
    used = {field: {k for case in CASES for k in as_list(case[field])} for field in LIST_OF}
    assert len(used["area"]) >= 18
    assert len(used["channels"]) >= 17
    assert len(used["facility"]) >= 9
    families = {key.split(".")[0] for key in used["barrier"]}
    assert families == {"urgency", "benefit", "right_way", "environment"}


@reads_development_texts
def test_no_case_repeats_another_or_a_sentence_of_the_shared_posts() -> None:
    posts = Path(__file__).parents[2] / "../shared/content/posts.json"
    owners: dict[str, str] = {}
    sources = [(p["id"], p["text"]) for p in json.loads(posts.read_text(encoding="utf-8"))]
    sources += [(case["id"], text) for case in CASES for text in strings(case) if len(text) > 14]
    for owner, text in sources:
        size = 45 if text.isascii() else 15
        for at in range(len(text) - size + 1):
            assert owners.setdefault(text[at : at + size], owner) == owner, text


def test_there_are_90_trials_of_other_peoples_company_wide_cases() -> None:
    pairs = {(each["case"], each["member"]) for each in TRIALS}
    assert len(TRIALS) == len(pairs) == 90
    for each in TRIALS:
        case = BY_ID[each["case"]]
        assert case["status"] == "company"
        assert each["member"] in MEMBERS.keys() - {case["author"]}
        assert 0 < each["days_ago"] < case["days_ago"]
        assert each["state"] in ("worked", "did_not", "later", "open", "closed")
    near = sum(MEMBERS[e["member"]]["office"] == BY_ID[e["case"]]["office"] for e in TRIALS)
    assert near <= 9


def test_twelve_cases_are_reproduced_and_failures_say_why() -> None:
    worked = defaultdict(set)
    for each in TRIALS:
        if each["state"] == "worked":
            worked[each["case"]].add(MEMBERS[each["member"]]["office"])
    assert sum(len(offices) >= 2 for offices in worked.values()) >= 12
    assert sum(each["state"] == "did_not" and bool(each.get("note")) for each in TRIALS) >= 8
    assert all(length(each.get("note", "")) <= 100 for each in TRIALS)


def test_only_sato_has_a_trial_question_due_on_day_one() -> None:
    due = [e for e in TRIALS if e["state"] == "open" and e["days_ago"] >= 14]
    assert [(e["member"], e["days_ago"]) for e in due] == [("sato", 14)]
    assert all(e["days_ago"] < 28 for e in TRIALS if e["state"] == "later")


def test_wishes_and_reflections_point_at_known_members_and_prompts() -> None:
    prompts = {each["id"] for each in load("prompts.json")}
    assert len(WISHES) == 6
    assert 18 <= len(REFLECTIONS) <= 24
    assert {wish["asker"] for wish in WISHES} <= set(MEMBERS)
    for wish in WISHES:
        assert length(wish["theme"]) <= 60
        assert all(set(as_list(keys)) <= keys_of(f) for f, keys in wish["filters"].items())
    assert {each["prompt"] for each in REFLECTIONS} <= prompts
    assert len({MEMBERS[each["member"]]["office"] for each in REFLECTIONS}) >= 6


def test_two_cases_wait_for_release_and_one_draft_is_nearly_done() -> None:
    waiting = [case for case in CASES if case.get("awaiting_release")]
    assert {case["status"] for case in waiting} == {"office"}
    assert [e["case"] for e in PENDING["awaiting_release"]] == [case["id"] for case in waiting]
    assert len(waiting) == 2
    draft = PENDING["draft"]
    assert draft["author"] in MEMBERS
    assert [f for f, most in LIMITS.items() if length(draft.get(f, "")) > most] == []


def test_examples_have_three_chips_and_four_open_questions_for_each_family() -> None:
    assert [chip["kind"] for chip in EXAMPLES["chips"]] == ["win", "search", "worry"]
    families = [each["key"] for each in load("vocabulary.json")["barriers"]]
    assert list(EXAMPLES["coaching"]) == families
    for questions in EXAMPLES["coaching"].values():
        assert len(questions) == 4
        assert all(q["ja"].endswith("?") and q["en"].endswith("?") for q in questions)
    own = {q["ja"] for questions in EXAMPLES["coaching"].values() for q in questions}
    assert len(own) == 16
    assert not own & {each["ja"] for each in load("prompts.json")}


def test_the_icon_says_what_it_shows_and_has_two_colours() -> None:
    svg = (files("bot") / "web/static/hitotsubu.svg").read_text(encoding="utf-8")
    assert "木の実をくわえた小鳥" in svg
    assert len(set(re.findall("#[0-9a-f]{6}", svg))) == 2
