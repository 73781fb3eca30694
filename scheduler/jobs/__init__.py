"""The jobs, in the order in which they claim a person's budget: one file each, one line here."""

from __future__ import annotations

from collections.abc import Mapping

from scheduler.job import Job
from scheduler.jobs import (
    audit_head,
    audit_head_room,
    draft_waiting,
    hold_waiting,
    impact_note,
    monthly_digest,
    on_behalf_waiting,
    reflection,
    reflection_again,
    retention,
    review_waiting,
    revision,
    roster_moves,
    skipped_turns,
    still_valid,
    trial_follow_up,
    vacant_seats,
    wishes,
)

JOBS: tuple[Job, ...] = (
    roster_moves.JOB,
    hold_waiting.JOB,
    revision.JOB,
    monthly_digest.JOB,
    trial_follow_up.JOB,
    reflection.JOB,
    reflection_again.JOB,
    on_behalf_waiting.JOB,
    draft_waiting.JOB,
    review_waiting.JOB,
    impact_note.JOB,
    wishes.JOB,
    still_valid.JOB,
    skipped_turns.JOB,
    vacant_seats.JOB,
    retention.JOB,
    audit_head.JOB,
    audit_head_room.JOB,
)
BY_NAME: Mapping[str, Job] = {job.name: job for job in JOBS}
