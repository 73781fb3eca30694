"""sentence-transformers writes the same vectors as the bundled encoder, and loads other models."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.cli import call
from cases import sample
from cases.db import Database
from cases.embedding import ModelChoice
from cases.embedding.bundled import NAME, BundledEncoder
from cases.embedding.word_vectors import SEARCH_NAME, SEARCH_SIZE
from cases.errors import ModelUnavailable
from cases.index.saved import Saved
from tests.fakes.house import House

pytestmark = [
    pytest.mark.slow,  # importing torch takes 8 to 20 s
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # torch and transformers, not ours
]
TEXTS = ["訪問規制の病院で会えた", "the doctor replied", "", "🙌", "\ud800面会", "面会" * 300]
WORDS = ["[UNK]", "[PAD]", "訪問", "規制", "面会", "メール", "query", "doctor", "：", "▁"]


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


def tokenizer() -> Any:
    from tokenizers import Tokenizer, models, pre_tokenizers

    found = Tokenizer(models.WordLevel({w: i for i, w in enumerate(WORDS)}, unk_token="[UNK]"))
    found.pre_tokenizer = pre_tokenizers.Whitespace()
    return found


def static_model(folder: Path) -> str:
    """A StaticEmbedding of eight numbers with prompts, saved to a folder."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    module = StaticEmbedding(tokenizer(), embedding_dim=8)
    model = SentenceTransformer(
        modules=[module], prompts={"query": "query ", "document": ""}, device="cpu"
    )
    model.save(str(folder))
    return str(folder)


def transformer_model(folder: Path) -> str:
    """A BERT of two layers with sixteen numbers and mean pooling, saved to a folder."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    bare = folder / "bare"
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer(), unk_token="[UNK]", pad_token="[PAD]", model_max_length=32
    )
    fast.save_pretrained(bare)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
        pad_token_id=1,
    )
    BertModel(config).save_pretrained(bare)
    words = Transformer(str(bare))
    model = SentenceTransformer(modules=[words, Pooling(16)], device="cpu")
    model.save(str(folder / "whole"))
    return str(folder / "whole")


def test_the_two_ways_to_the_bundled_weights_agree() -> None:
    from cases.embedding.sentence import SentenceEncoder

    encoder = SentenceEncoder()
    assert (encoder.name, encoder.size) == (NAME, 512)
    assert np.abs(encoder.encode(TEXTS) - BundledEncoder().encode(TEXTS)).max() <= 1e-6
    assert encoder.encode([]).shape == (0, 512)


def test_a_static_model_loads_from_a_folder_with_its_prompts(tmp_path: Path) -> None:
    from cases.embedding.sentence import SentenceEncoder

    encoder = SentenceEncoder(ModelChoice(static_model(tmp_path / "static"), batch=2))
    rows = encoder.encode(["訪問 規制", "面会"])
    assert rows.shape == (2, 8)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    with_prompt = encoder.encode(["query 面会"])
    assert np.allclose(encoder.encode_query(["面会"]), with_prompt, atol=1e-6)


def test_a_transformer_model_loads_and_can_be_cut_to_fewer_numbers(tmp_path: Path) -> None:
    from cases.embedding.sentence import SentenceEncoder

    folder = transformer_model(tmp_path)
    assert SentenceEncoder(ModelChoice(folder)).encode(["訪問 規制", "面会"]).shape == (2, 16)
    short = SentenceEncoder(ModelChoice(folder, dimensions=4, dtype="bfloat16"))
    assert (short.size, short.name) == (4, f"{folder}@4")
    rows = short.encode(["面会"])
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-2)


def test_a_re_ranker_loads_from_a_folder_and_reads_pairs(tmp_path: Path) -> None:
    from sentence_transformers import CrossEncoder

    from cases.embedding.sentence import CrossReader

    transformer_model(tmp_path)
    folder = str(tmp_path / "cross")
    CrossEncoder(str(tmp_path / "bare"), num_labels=1, device="cpu").save_pretrained(folder)
    reader = CrossReader(ModelChoice(folder, batch=1))
    marks = reader.scores("訪問", ["面会", "メール 規制", "\ud800"])
    assert len(marks) == 3
    assert all(isinstance(mark, float) for mark in marks)
    with pytest.raises(ModelUnavailable, match="give the folder"):
        CrossReader(ModelChoice("nobody/no-such-model"))


def test_a_model_that_cannot_be_loaded_says_what_to_do(tmp_path: Path) -> None:
    from cases.embedding.sentence import SentenceEncoder

    with pytest.raises(ModelUnavailable, match="no complete sentence-transformers model"):
        SentenceEncoder(ModelChoice(str(tmp_path)))
    with pytest.raises(ModelUnavailable, match="give the folder"):
        SentenceEncoder(ModelChoice("nobody/no-such-model"))
    folder = static_model(tmp_path / "static")
    with pytest.raises(ModelUnavailable, match="HITOTSUBU_EMBEDDING_DEVICE=cpu"):
        SentenceEncoder(ModelChoice(folder, device="cuda"))


async def test_another_model_takes_over_through_the_command_and_is_evaluated(
    tmp_path: Path,
    company: House,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    folder = static_model(tmp_path / "static")
    monkeypatch.setenv("HITOTSUBU_DATABASE_URL", f"sqlite:///{company.path}")
    monkeypatch.setenv("HITOTSUBU_VAR", str(company.path.parent))
    monkeypatch.setenv("HITOTSUBU_EMBEDDING_MODEL", folder)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    former = Saved.of(company.path.parent, sample.COMPANY, SEARCH_NAME, SEARCH_SIZE).folder
    former.mkdir(parents=True)
    assert await asyncio.to_thread(call, ["reindex", "--forget-old"]) == 0
    assert not former.exists()
    out = capfd.readouterr().out
    assert f"Search answers by {folder} from now on" in out
    assert f"{SEARCH_NAME} are deleted" in out
    assert await asyncio.to_thread(call, ["reindex"]) == 0
    assert "0 vectors written" in capfd.readouterr().out
    assert await asyncio.to_thread(call, ["search", "面会の約束"]) == 0
    assert "1. " in capfd.readouterr().out


def test_the_child_keeps_two_models_until_the_new_one_is_whole(tmp_path: Path) -> None:
    from bot.indexer import keeper_of

    folder = static_model(tmp_path / "static")
    keeper = keeper_of(Database("sqlite://"), ModelChoice(folder))
    assert (keeper.wanted.name, keeper.default.name) == (folder, SEARCH_NAME)
    broken = keeper_of(Database("sqlite://"), ModelChoice(str(tmp_path)))
    assert broken.wanted is broken.default
