"""From the one box to a proposed draft: what a text is, and what it says in which field."""

from cases.capture.draft import Proposal, propose, questions
from cases.capture.intent import Intent, Reading, read

__all__ = ["Intent", "Proposal", "Reading", "propose", "questions", "read"]
