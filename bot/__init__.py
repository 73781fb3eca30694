"""The outside of hitotsubu: chat platforms, web pages and the command line."""

from time import monotonic

BEGUN = monotonic()  # seconds; the process's first line of ours: `run` says how long a start took
