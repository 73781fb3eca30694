"""The schema test runs where `make test-manifest` has fetched Node's validator, and only there."""

from __future__ import annotations

import os

collect_ignore = [] if os.environ.get("HITOTSUBU_MANIFEST_NODE") else ["test_schema.py"]
