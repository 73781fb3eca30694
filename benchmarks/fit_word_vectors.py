"""Makes cases/content/word_vectors.npz from the chiVe vectors that the ja-ginza wheel carries.

`pip download --no-deps ja-ginza==5.2.0`, unzip the wheel, then
`python -m benchmarks.fit_word_vectors <folder>/ja_ginza/ja_ginza-5.2.0/vocab`. Only our own texts
say how rare a word is and what all texts share; also writes the common part of the joined vectors.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import struct
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cases import sudachi
from cases.embedding.bundled import SIZE, BundledEncoder
from cases.embedding.word_vectors import DIMENSIONS, SEARCH_NAME, SEARCH_SIZE, SHARE, keys_of
from cases.text import sentences
from cases.words import spoken

CONTENT = Path(__file__).parents[1] / "cases" / "content"
SHORTEST = 6  # characters: keys and labels are no sentences
WORD_LISTS = ("vocabulary.json", "thesaurus.json")
SHARED = 6  # components that all sentences share, taken out of every word
_JAPANESE = re.compile(r"[ぁ-ヿ々〆㐀-鿿]+")
_MASK = (1 << 64) - 1
_MULTIPLY = 0xC6A4A7935BD1E995


def main() -> None:
    """Fits and writes."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("vocab", type=Path, help="the folder `vocab` of the unzipped wheel")
    folder = wanted.parse_args().vocab
    with (folder / "vectors").open("rb") as stream:
        vectors = np.load(stream).astype(np.float64)
    row_of = words_of(folder)
    said = own_sentences()
    texts = [spoken(text) for text in said]
    rarity = rarities(texts)
    cleaned = cleaned_rows(vectors, row_of, texts, rarity)
    write(cleaned, row_of, rarity)
    write_common(BundledEncoder().encode_uncached(said).astype(np.float64))


def own_sentences() -> list[str]:
    """The sentences of all shipped texts, each once."""
    files = (file for file in sorted(CONTENT.glob("*.json")) if file.name not in WORD_LISTS)
    texts = (strings(json.loads(file.read_text(encoding="utf-8"))) for file in files)
    found = (part for group in texts for text in group for part in sentences(text))
    return list(dict.fromkeys(part for part in found if len(part) >= SHORTEST))


def strings(value: Any) -> Iterator[str]:
    """Every string value inside a parsed JSON document."""
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from strings(item)
        case dict():
            for item in value.values():
                yield from strings(item)


def words_of(folder: Path) -> dict[str, int]:
    """The words that can be looked up, and the row of each one's vector: what the dictionary knows
    as one Japanese word and as no proper noun."""
    rows = dict(keys_and_rows((folder / "key2row").read_bytes()))
    words = json.loads((folder / "strings.json").read_text(encoding="utf-8"))
    keys = ((word, spacy_hash(word.encode())) for word in words if _JAPANESE.fullmatch(word))
    return {word: rows[key] for word, key in keys if key in rows and is_word(word)}


def is_word(text: str) -> bool:
    """One word of the dictionary, and no name of a person or a place."""
    first, *more = sudachi.tokenize(text, "C")
    return not more and not first.is_oov() and first.part_of_speech()[1] != "固有名詞"


def keys_and_rows(packed: bytes) -> Iterator[tuple[int, int]]:
    """The pairs of a MessagePack map of 64-bit keys to rows; that is all the file holds."""
    at = 5  # 0xdf and the number of pairs in four bytes
    sizes = {0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8}

    def number() -> int:
        nonlocal at
        size = sizes.get(packed[at], 0)
        value = int.from_bytes(packed[at + 1 : at + 1 + size]) if size else packed[at]
        at += 1 + size
        return value

    while at < len(packed):
        yield number(), number()


def spacy_hash(text: bytes) -> int:
    """MurmurHash64A with seed 1 (public domain, Austin Appleby): how spaCy keys its strings."""
    value = (1 ^ (len(text) * _MULTIPLY)) & _MASK
    whole = len(text) // 8 * 8
    for (part,) in struct.iter_unpack("<Q", text[:whole]):
        part = part * _MULTIPLY & _MASK
        part = (part ^ part >> 47) * _MULTIPLY & _MASK
        value = (value ^ part) * _MULTIPLY & _MASK
    if rest := text[whole:]:
        value = (value ^ int.from_bytes(rest, "little")) * _MULTIPLY & _MASK
    value = (value ^ value >> 47) * _MULTIPLY & _MASK
    return value ^ value >> 47


def rarities(texts: list[Counter[str]]) -> Counter[str]:
    """In how many of our own sentences each word is; `""` counts the sentences."""
    found = Counter(word for text in texts for word in text)
    found[""] = len(texts)
    return found


def weight(word: str, holding: Counter[str]) -> float:
    """The square root of BM25's rarity: chosen over 1 and over none (search_quality.md)."""
    held = holding.get(word, 0)
    return math.sqrt(math.log(1 + (holding[""] - held + 0.5) / (held + 0.5)))


def cleaned_rows(
    vectors: NDArray[np.float64],
    row_of: dict[str, int],
    texts: list[Counter[str]],
    holding: Counter[str],
) -> NDArray[np.float64]:
    """The vectors less the mean word and the first components of our own sentences, turned so that
    the components that tell most come first: shape (rows, DIMENSIONS)."""
    known = [[(w, n) for w, n in text.items() if w in row_of] for text in texts]
    shares = [np.array([n * weight(w, holding) for w, n in text]) for text in known]
    rows = [vectors[[row_of[w] for w, _ in text]] for text in known]
    total = sum(float(own.sum()) for own in shares)
    mean = sum((own @ row for own, row in zip(shares, rows, strict=True)), np.zeros(300)) / total
    sums = [own @ (row - mean) for own, row in zip(shares, rows, strict=True) if len(own)]
    sentences = np.stack(sums)
    sentences /= np.maximum(np.linalg.norm(sentences, axis=1, keepdims=True), 1e-9)
    components = np.linalg.svd(sentences, full_matrices=False)[2]
    kept: NDArray[np.float64] = components[SHARED : SHARED + DIMENSIONS]
    return np.asarray((vectors - mean) @ kept.T)


def write(rows: NDArray[np.float64], row_of: dict[str, int], holding: Counter[str]) -> None:
    """The table: key, row and weight of each word, vectors in bytes with one scale a row."""
    keys = keys_of(row_of)
    words = np.array(list(row_of))[np.argsort(keys)].tolist()
    used = sorted(set(row_of.values()))
    place = {row: at for at, row in enumerate(used)}
    rows = rows[used]
    scales = np.abs(rows).max(axis=1, keepdims=True) / 127
    weights = np.array([weight(word, holding) for word in words])
    target = CONTENT / "word_vectors.npz"
    np.savez_compressed(
        target,
        keys=np.sort(keys),
        rows=np.array([place[row_of[word]] for word in words], dtype=np.uint16),
        weights=np.rint(weights / weights.max() * 255).astype(np.uint8),
        vectors=np.rint(rows / scales).astype(np.int8),
        scales=scales[:, 0].astype(np.float32),
    )
    print(f"{target.name}: {len(words)} words, {len(used)} rows, {target.stat().st_size} bytes")


def write_common(rows: NDArray[np.float64]) -> None:
    """The encoder's own common part (mean and first component), as it lies in a joined vector;
    words have theirs out."""
    mean, component = np.zeros((2, SEARCH_SIZE), dtype=np.float32)
    mean[:SIZE] = rows.mean(axis=0) / math.sqrt(1 + SHARE**2)
    component[:SIZE] = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)[2][0]
    np.savez(CONTENT / f"common-{SEARCH_NAME}.npz", mean=mean, component=component)


if __name__ == "__main__":
    main()
