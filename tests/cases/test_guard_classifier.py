"""The optional third layer with models that this test builds, saves and loads by their folder."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cases import guard
from cases.errors import GuardDown
from cases.guard.classifier import rule_of
from cases.vocabulary import Decision
from tests.fakes.encoder import FakeEncoder

LETTERS = "山田さんに資料を届けた発疹がsent"


@pytest.fixture
def layer() -> Iterator[None]:
    yield
    guard.use_model("")


@dataclass
class Library:
    """In the place of transformers, whose import takes seconds: one model that says the same of
    every text. `task`: as its pipelines name it."""

    task: str
    says: list[dict[str, Any]]
    labels: list[str]
    asked: list[str] = field(default_factory=list)  # the texts

    @property
    def AutoConfig(self) -> Any:  # noqa: N802  # the library's own word
        kind = "".join(word.title() for word in self.task.split("-"))
        known = SimpleNamespace(
            id2label=dict(enumerate(self.labels)), architectures=[f"BertFor{kind}"]
        )
        return SimpleNamespace(from_pretrained=lambda _name, trust_remote_code: known)

    def pipeline(self, task: str, **options: object) -> Library:
        assert (task, options["trust_remote_code"]) == (self.task, False)
        return self

    def __call__(self, text: Any, **_options: object) -> list[Any]:
        self.asked += text if isinstance(text, list) else [text]
        if any(row.get("fails") for row in self.says):
            raise RuntimeError("no such letter")
        return [self.says] if isinstance(text, list) else self.says


@pytest.fixture
def library(layer: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    def put(task: str, says: list[dict[str, Any]], labels: list[str]) -> Library:
        made = Library(task, says, labels)
        monkeypatch.setitem(sys.modules, "transformers", made)
        guard.use_model(str(tmp_path))
        return made

    return put


def tiny(folder: Path, kind: str, labels: list[str], bias: list[float]) -> str:
    """A BERT of 8 numbers a letter that says the same of every letter: what `bias` says."""
    import torch
    import transformers

    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *sorted(set(LETTERS))]
    tokens = {word: number for number, word in enumerate(vocabulary)}
    transformers.BertTokenizer(vocab=tokens, tokenize_chinese_chars=True).save_pretrained(folder)
    config = transformers.BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=8,
        id2label=dict(enumerate(labels)),
        label2id={label: number for number, label in enumerate(labels)},
    )
    model = getattr(transformers, f"BertFor{kind}Classification")(config)
    with torch.no_grad():
        model.classifier.weight.zero_()
        model.classifier.bias.copy_(torch.tensor(bias))
    model.save_pretrained(folder)
    return str(folder)


@pytest.mark.parametrize(
    ("label", "rule"),
    [
        ("B-PER", "hcp_name"),
        ("I-ORG", "facility_name"),
        ("ADE", "adverse_event"),
        ("off_label", "off_label"),
        ("人名", "hcp_name"),
        ("LABEL_0", ""),
        ("O", ""),
    ],
)
def test_the_labels_of_many_makers_have_a_rule(label: str, rule: str) -> None:
    assert rule_of(label) == rule


def test_the_layer_is_off_unless_a_model_is_named() -> None:
    assert guard.model_in_use() == ""
    assert guard.check("資料を届けた").decision is Decision.PUBLISH


@pytest.mark.slow
@pytest.mark.usefixtures("layer")
def test_a_token_classifier_masks_what_it_calls_a_person(tmp_path: Path) -> None:
    guard.use_model(tiny(tmp_path, "Token", ["O", "I-PER"], [0.0, 9.0]))
    verdict = guard.check("ｗ資料を届けた")
    assert verdict.decision is Decision.MASK
    (found,) = verdict.findings
    assert (found.rule, found.start, found.end) == ("hcp_name", 0, 7)
    assert verdict.masked == "A先生"


@pytest.mark.slow
@pytest.mark.usefixtures("layer")
def test_a_text_classifier_asks_and_holds_and_clears_nothing(tmp_path: Path) -> None:
    name = tiny(tmp_path / "ade", "Sequence", ["none", "ADE"], [0.0, 9.0])
    guard.use_model(name)
    assert guard.check("資料を届けた").decision is Decision.ASK
    harmless = tiny(tmp_path / "none", "Sequence", ["none", "ADE"], [9.0, 0.0])
    guard.use_model(harmless)
    assert guard.check("資料を届けた").decision is Decision.PUBLISH
    assert guard.check("山田先生に届けた", FakeEncoder()).decision is not Decision.PUBLISH


@pytest.mark.slow
@pytest.mark.usefixtures("layer")
def test_a_model_that_is_not_there_or_says_nothing_known_closes_the_guard(tmp_path: Path) -> None:
    guard.use_model(str(tmp_path / "nowhere"))
    with pytest.raises(GuardDown):
        guard.check("資料を届けた")
    guard.use_model(tiny(tmp_path / "odd", "Sequence", ["LABEL_0", "LABEL_1"], [0.0, 0.0]))
    with pytest.raises(GuardDown):
        guard.check("資料を届けた")


def test_what_a_token_model_is_sure_of_is_masked_where_it_says(library: Any) -> None:
    sure = {"entity_group": "PER", "score": 0.99, "start": 0, "end": 3}
    unsure = {"entity_group": "ORG", "score": 0.1, "start": 3, "end": 5}
    unknown = {"entity_group": "O", "score": 0.99, "start": 3, "end": 5}
    library("token-classification", [sure, unsure, unknown], ["O", "I-PER"])
    (found,) = guard.check("あいうに資料を届けた").findings
    assert (found.rule, found.start, found.end) == ("hcp_name", 0, 3)
    assert found.action is Decision.MASK


@pytest.mark.parametrize(
    ("label", "decision"), [("ADE", Decision.ASK), ("off_label", Decision.HOLD)]
)
def test_what_a_text_model_says_is_asked_about_or_held_sentence_by_sentence(
    library: Any, label: str, decision: Decision
) -> None:
    model = library("text-classification", [{"label": label, "score": 0.99}], ["none", label])
    verdict = guard.check("資料を届けた。返事が来た。")
    assert verdict.decision is decision
    assert len(verdict.findings) == len(model.asked) == 2


def test_what_is_found_already_is_not_found_a_second_time(library: Any) -> None:
    alone = guard.check("山田先生に届けた").findings
    whole = {"entity_group": "PER", "score": 0.99, "start": 0, "end": 4}
    library("token-classification", [whole], ["O", "I-PER"])
    assert guard.check("山田先生に届けた").findings == alone


@pytest.mark.parametrize(
    ("says", "labels"), [([], ["LABEL_0"]), ([{"fails": True}], ["none", "ADE"])]
)
def test_a_model_without_a_known_label_and_one_that_fails_close_the_guard(
    library: Any, says: list[dict[str, Any]], labels: list[str]
) -> None:
    library("text-classification", says, labels)
    with pytest.raises(GuardDown):
        guard.check("資料を届けた")
