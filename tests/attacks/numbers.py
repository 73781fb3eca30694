"""The 64 attacks in words, and which tests show each: a test carries `@pytest.mark.attack(16)`.

`python -m tests.attacks.numbers` writes the table of docs/security.md anew from the marks.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "security.md"
BEGIN, END = "<!-- attacks -->", "<!-- end of attacks -->"
ATTACKS = {
    1: "forged Slack signature → 401, nothing kept",
    2: "timestamp of a signature missing, twice or huge → 401",
    3: "replay within five minutes → 200, one effect",
    4: "replay after five minutes → 401",
    5: "signature of another app → 401",
    6: "body changed by a byte or encoded anew → 401",
    7: "secrets compared in constant time",
    8: "Teams activity without a token → 401",
    9: "token with alg none, HS256, wrong audience, issuer, time or key → 401",
    10: "good token for another serviceUrl → refused",
    11: "Teams registration without app id → no route",
    12: "serviceUrl of this machine, a cloud's metadata, a file, a trick → refused",
    13: "OAuth answer without, with a foreign or a used state → no installation",
    14: "code of one workspace finished in another's login → refused",
    15: "team named inside a payload → the envelope's counts",
    16: "another company's id in every table and store method → not found",
    17: "another company's id in every route → not found, same shape",
    18: "raw SQL without a company on PostgreSQL → error",
    19: "reused connection without a company → error",
    20: "another company's text equal to the question → never found",
    21: "a cache or index shared by companies → equal questions, own answers",
    22: "guest or person of another company in Slack → no read",
    23: "every action by every role that may not → denied and audited",
    24: "another person's button pressed → denied",
    25: "changed value of a button or form → refused",
    26: "role taken away while a screen is open → denied at the next press",
    27: "last administrator removes themselves → refused",
    28: "another person's reflections, drafts, counts under five → denied",
    29: "fields that no form has (role, company, status) → ignored",
    30: "<!channel>, <!here>, @here in a text → literal",
    31: "<@U…>, <#C…>, <!subteam…> in a text → literal",
    32: "<https://evil|https://company> in a text → literal",
    33: "marks of mrkdwn, zero width, bidi controls, look-alikes → literal or removed",
    34: "links, {{…}}, ${…}, dates in an Adaptive Card → literal",
    35: "characters that break JSON → a valid card",
    36: "script, event attribute, SVG in a page → escaped, and the policy blocks",
    37: "cells that begin a formula in CSV → text",
    38: "formula, link, external reference in XLSX → none",
    39: "export by others, by id, after its time → denied; exports audited",
    40: "sign-in link reused, old, guessed, previewed, of another → refused or unharmed",
    41: "session fixed, used after sign-out; cookie flags",
    42: "each form without its token → 403",
    43: "open redirect → our own pages only",
    44: "page in a frame → refused",
    45: "SQL in searches, sort, filter, tag → text; no assembled SQL",
    46: "LIKE, regex, tsquery, FTS patterns in a question → words, in time",
    47: "path tricks, zip bomb, XXE, huge file → refused within limits",
    48: "pickle, yaml, eval, unsafe weights → the check of the sources fails",
    49: "10 MB, a million parts, deep JSON, dripping body → 4xx or cut off, memory flat",
    50: "30 posts, 60 questions a minute by one person → polite refusal",
    51: "canary secrets → in no log, error, metric, dump",
    52: "canary case text → in no log",
    53: "error pages → no trace",
    54: "audit row changed, deleted or cut off → error, or named by verify",
    55: "database file without its key → nothing sealed and no masked name readable",
    56: "deleted text → gone from tables, index, vectors, ledger; gone after a restore",
    57: "Slack message metadata → no name, no text",
    58: "patient, doctor, product beyond its label → masked, held or stopped",
    59: "swapped package → refused by its hash",
    60: "audit of no package → says that nothing was audited",
    61: "image: user, file system, secrets, compiler",
    62: "texts that make a regular expression slow → every one in time",
    63: "NFKC-equal id or tag → shadows nobody",
    64: "token of another workspace → refused",
}


@cache
def marked() -> dict[int, tuple[str, ...]]:
    """Number → `tests/file.py::test` of each test that carries it, by the sources."""
    found: dict[int, list[str]] = {number: [] for number in ATTACKS}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        source = path.read_text("utf-8")
        if "mark.attack(" not in source:
            continue
        for name, number in _marks(ast.parse(source)):
            found.setdefault(number, []).append(f"{path.relative_to(ROOT).as_posix()}::{name}")
    return {number: tuple(sorted(set(names))) for number, names in found.items()}


def _marks(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """(test, number); a module's `pytestmark` counts for all of its tests."""
    tests = [one for one in tree.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    for whole in tree.body:
        if isinstance(whole, ast.Assign) and ast.unparse(whole.targets[0]) == "pytestmark":
            for test in tests:
                if test.name.startswith("test_"):
                    yield from ((test.name, number) for number in _numbers(whole.value))
    for test in tests:
        for decorator in test.decorator_list:
            yield from ((test.name, number) for number in _numbers(decorator))


def _numbers(node: ast.expr) -> Iterator[int]:
    for one in ast.walk(node):
        if isinstance(one, ast.Call) and ast.unparse(one.func) == "pytest.mark.attack":
            yield from (int(ast.literal_eval(argument)) for argument in one.args)


def table() -> str:
    """The rows of the page, one for each number."""
    rows = ["| | attack → what happens | shown by |", "|---|---|---|"]
    for number, words in ATTACKS.items():
        tests = ", ".join(f"`{name}`" for name in marked().get(number, ()))
        rows.append(f"| {number} | {words.replace('|', '&#124;')} | {tests or '**none yet**'} |")
    return "\n".join(rows)


def written(page: str) -> str:
    """The page with its table as it is now."""
    made = f"{BEGIN}\n{table()}\n{END}"
    return re.sub(f"{BEGIN}.*?{END}", lambda _: made, page, flags=re.DOTALL)


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")
