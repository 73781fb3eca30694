"""Precision and recall of tags on the development rows; `--misses` shows what was missed."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cases.tagging import Tags, tag
from cases.vocabulary import terms

SHARED = Path(__file__).parents[1] / "../shared"

# The coarse words of the files and the keys that each accepts (shared/data/README.md).
COARSE = {
    "visit": ["f2f_visit"], "online_meeting": ["remote_detail"],
    "web_seminar": ["webinar_live", "on_demand"], "email": ["email", "mr_email", "hq_email"],
    "chat": ["chat"], "website": ["owned_site", "third_party_media"], "phone": ["phone"],
    "printed": ["paper", "fax"], "event": ["lecture_onsite", "briefing", "congress"],
    "data_ai_tool": ["view_log", "next_best_action", "area_data", "rwd", "crm_sfa", "clm"],
    "msl": ["msl"], "head_office": ["call_center", "online_mr", "hq_email"],
    "diabetes": ["metabolic"], "cns": ["neuro", "psychiatry"],
    "immunology": ["immunology", "allergy_ent"], "vaccine": ["infection_vaccine"],
    "hematology": ["oncology_hema", "hematology"], "urology": ["urology", "oncology_uro"],
}  # fmt: skip
NO_COARSE_WORD = {"form_qr", "chatbot_hcp", "wholesaler", "consent"}


def score(pairs: list[tuple[list[str], list[str], str]]) -> str:
    """Micro precision and recall of (expected, said, text) with coarse words expanded."""
    right = sum(len(said) - len(extra(true, said)) for true, said, _ in pairs)
    found = sum(len(true) - len(missed(true, said)) for true, said, _ in pairs)
    said_all, true_all = sum(len(s) for _, s, _ in pairs), sum(len(t) for t, _, _ in pairs)
    return f"precision {right}/{said_all}  recall {found}/{true_all}"


def extra(true: list[str], said: list[str]) -> list[str]:
    accepted = {key for word in true for key in COARSE.get(word, [word])}
    return [key for key in said if key not in accepted]


def missed(true: list[str], said: list[str]) -> list[str]:
    return [word for word in true if not set(COARSE.get(word, [word])) & set(said)]


def show(name: str, pairs: list[tuple[list[str], list[str], str]]) -> None:
    print(f"{name}: {score(pairs)}")
    if "--misses" in sys.argv:
        for true, said, text in pairs:
            if extra(true, said) or missed(true, said):
                print(f"  - {missed(true, said)} + {extra(true, said)} {text[:150]}")


def coarse_rows() -> list[tuple[dict[str, Any], Tags]]:
    rows = [json.loads(r) for r in (SHARED / "data/posts.jsonl").read_text("utf-8").splitlines()]
    return [(row, tag(row["text"])) for row in rows if row["is_win"]]


def heard(tags: Tags) -> list[str]:
    return [key for key in (*tags.channels, *tags.tools) if key not in NO_COARSE_WORD]


def listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value] if value else []


def by_family(name: str, keys: Iterable[str]) -> list[str]:
    """Channels by family: the labels call each mail the approved one, a text may not say so."""
    known = terms(name)
    return sorted({known[k].family or k if name == "channels" and k in known else k for k in keys})


def main() -> None:
    rows = coarse_rows()
    show("posts.jsonl channels", [(r["channels"], heard(t), r["text"]) for r, t in rows])
    cases = [json.loads(r) for r in (SHARED / "data/cases.jsonl").read_text("utf-8").splitlines()]
    told = [(c, " ".join(c[k] for k in ("situation", "action", "result"))) for c in cases]
    show("cases.jsonl channels", [(c["channels"], heard(tag(text)), text) for c, text in told])
    area = [([r["area"]] if r["area"] else [], list(t.areas), r["text"]) for r, t in rows]
    show("posts.jsonl area", area)
    posts = json.loads((SHARED / "content/posts.json").read_text("utf-8"))
    names = {"channel": "channels", "area": "areas", "customer": "customers", "tool": "tools",
             "facility": "facilities", "access": "access", "outcome": "outcomes"}  # fmt: skip
    for word, name in names.items():
        show(
            f"posts.json {word}",
            [
                (
                    by_family(name, listed(p["tags"].get(word))),
                    by_family(name, getattr(tag(p["text"]), name)),
                    p["text"],
                )
                for p in posts
            ],
        )


if __name__ == "__main__":
    main()
