"""The development texts, which are never shipped: tests that read them are skipped without them."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[1] / "../shared"
reads_development_texts = pytest.mark.skipif(
    not SHARED.exists(), reason="the development texts are not on this machine"
)
