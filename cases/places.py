"""What a masked facility is called: 「ある病院」, or its type and size where somebody said them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

# By key of the vocabulary's facilities: Japanese and English. Never guessed from a name.
WORDS = {
    "university_hospital": ("ある大学病院", "a university hospital"),
    "core_hospital_400": ("ある基幹病院(400床以上)", "a core hospital (400+ beds)"),
    "hospital_200_399": ("ある中規模病院(200〜399床)", "a mid-size hospital (200-399 beds)"),
    "hospital_under_200": ("ある中小病院(200床未満)", "a small hospital (under 200 beds)"),
    "cancer_center": ("ある専門病院(がん拠点など)", "a cancer or specialty centre"),
    "clinic": ("ある診療所", "an office-based clinic"),
    "dialysis": ("ある透析施設", "a dialysis centre"),
    "home_care": ("ある在宅・介護施設", "a home-care facility"),
    "community_pharmacy": ("ある保険薬局", "a community pharmacy"),
}
_HOSPITALS = tuple(WORDS)[:5]
_CLINICS = ("clinic", "dialysis", "home_care")
# What a mask without type and size may become by one tap.
OPTIONS = {
    "ある病院": _HOSPITALS,
    "ある大学": _HOSPITALS[:1],
    "あるクリニック": _CLINICS,
    "ある薬局": ("community_pharmacy",),
    "ある施設": (*_HOSPITALS, *_CLINICS[:1]),
    "a hospital": _HOSPITALS,
    "a university": _HOSPITALS[:1],
    "a clinic": _CLINICS,
    "a pharmacy": ("community_pharmacy",),
}


def instead(mask: str, key: str) -> str:
    """The mask with its type and size, in its language. Raises KeyError for no such key."""
    return WORDS[key][mask.isascii()]


def chosen(surface: str, places: Mapping[str, str]) -> str:
    """The key said for this facility, or for a longer form of the same name; empty for none."""
    return next((key for name, key in places.items() if surface in name or name in surface), "")


def distinct(surfaces: Collection[str]) -> list[str]:
    """The facilities in the order of the text; a short form of another one is the same one."""
    found = dict.fromkeys(surfaces)
    return [one for one in found if not any(one != other and one in other for other in found)]


def standing(texts: Collection[str]) -> list[str]:
    """The masks without type and size that stand in texts."""
    return [mask for mask in OPTIONS if any(re.search(_whole(mask), text) for text in texts)]


def specified(text: str, mask: str, key: str) -> str:
    """The text with the mask's type and size, wherever it stands."""
    return re.sub(_whole(mask), instead(mask, key), text)


def bare(text: str) -> str:
    """The text as long as it was typed: what a tap added to its masks counts for no limit."""
    for ja, en in WORDS.values():
        text = text.replace(ja, "ある施設").replace(en, "a clinic")
    return text


def _whole(mask: str) -> str:
    """The mask, and not the start of a longer one: ある大学 is not in ある大学病院."""
    return rf"\b{mask}\b(?! hospital)" if mask.isascii() else rf"{mask}(?!病院|\()"
