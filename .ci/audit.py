"""Says in words what of the supply chain was audited here, and what was not: `make audit`.

An audit that looks at nothing must not look like one that found nothing. So each line begins with
"audited" or "NOT AUDITED", and a lock without versions fails. Known weaknesses are asked of
https://osv.dev (names and versions of public packages only); where it does not answer, that is
said and does not fail; nor does one that was found, for a change must not turn red because of a
notice published since. `--strict`, for releases: then both do.
"""

import json
import re
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

ROOT = Path(__file__).parents[1]
OSV = "https://api.osv.dev/v1/querybatch"
SECONDS = 20
PIN = re.compile(r"^([a-z0-9-]+)==(\S+)((?: \\\n    --hash=sha256:[0-9a-f]{64})*)$", re.M)
TORCH = re.compile(r"^# torch==(\S+)$", re.M)

Ask = Callable[[dict[str, Any]], dict[str, Any]]


def audit(lock: str, ask: Ask, installed: Callable[[str], str | None]) -> tuple[list[str], int]:
    """(what was and was not audited, a line each; 0 all looked at, 1 something bad, 2 not all)."""
    pins = {name: (found, hashes) for name, found, hashes in PIN.findall(lock)}
    if not pins:
        return ["NOT AUDITED: requirements.lock has no versions"], 1
    lines, codes = zip(
        _hashes(pins), _installed(pins, installed), _known(lock, pins, ask), strict=True
    )
    told = [line for part in lines for line in part]
    code = 1 if 1 in codes else max(codes)
    return told, code


def _hashes(pins: dict[str, tuple[str, str]]) -> tuple[list[str], int]:
    bare = [name for name, (_, hashes) in pins.items() if not hashes]
    torch = (
        "NOT AUDITED: torch's file has no hash (another file for each source); pinned by version"
    )
    if bare:
        return [f"BAD: without a hash: {', '.join(bare)}", torch], 1
    return [f"audited: {len(pins)} pinned versions, each file by its SHA-256", torch], 0


def _installed(
    pins: dict[str, tuple[str, str]], installed: Callable[[str], str | None]
) -> tuple[list[str], int]:
    here = {name: found for name in pins if (found := installed(name)) is not None}
    other = [f"{name} {found}" for name, found in here.items() if found != pins[name][0]]
    if other:
        return [f"BAD: installed in another version than pinned: {', '.join(other)}"], 1
    if not here:
        return ["NOT AUDITED: none of the pinned versions is installed here"], 2
    return [f"audited: {len(here)} of {len(pins)} are installed here, all as pinned"], 0


def _known(lock: str, pins: dict[str, tuple[str, str]], ask: Ask) -> tuple[list[str], int]:
    asked = {name: found for name, (found, _) in pins.items()}
    asked |= dict.fromkeys(["torch"], "".join(TORCH.findall(lock)))
    queries = [
        {"package": {"name": name, "ecosystem": "PyPI"}, "version": found}
        for name, found in asked.items()
    ]
    try:
        results = ask({"queries": queries})["results"]
        if len(results) != len(queries):
            raise ValueError("other results than questions")
        bad = [
            f"{name} {asked[name]}: {', '.join(one['id'] for one in row['vulns'])}"
            for name, row in zip(asked, results, strict=True)
            if row.get("vulns")
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        why = f"{type(error).__name__}: {error}"[:120]
        return [f"NOT AUDITED: known weaknesses; {OSV} did not answer ({why})"], 2
    if bad:
        return [f"FOUND: known weakness in {line}" for line in bad], 2
    return [f"audited: known weaknesses of {len(asked)} versions, none found (osv.dev)"], 0


def ask_osv(question: dict[str, Any]) -> dict[str, Any]:
    """One request with all questions. Raises OSError or ValueError where there is no answer."""
    body = json.dumps(question).encode()
    request = Request(OSV, body, {"Content-Type": "application/json"})
    with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310  # a fixed address
        found: dict[str, Any] = json.loads(answer.read(16_000_000))
    return found


def installed_version(name: str) -> str | None:
    """The version that is installed in this environment; None for none."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def main() -> int:
    """Exit 1 for something bad; with --strict also where something was not audited."""
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    lines, code = audit(lock, ask_osv, installed_version)
    print("\n".join(lines))
    print(
        "NOT AUDITED here: Debian's packages and the base image; scan the image where it is built"
    )
    return code if code == 1 or "--strict" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
