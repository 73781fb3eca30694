"""The optional third layer with models that this test builds, saves and loads by their folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

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
