"""Logs on standard error: one JSON object a line, or plain lines; never a text, never a secret.

Our own messages name ids only. What a library or an error would quote is not written: of an
exception only its kind and where it happened, of other loggers only warnings.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

OURS = ("bot", "scheduler", "cases")
FIELDS = ("company", "event", "delivery", "fence")  # what `extra` may carry: ids and numbers
FORMS = ("json", "plain")
SECRETS = re.compile(
    r"xox[a-z]-[\w.-]+|xapp-[\w.-]+|Bearer\s+[\w.~+/=-]+|v0=[0-9a-f]{64}"
    r"|eyJ[\w-]+\.[\w-]+\.[\w-]*",
    re.IGNORECASE,
)
HIDDEN = "[secret]"


class Shield(logging.Filter):
    """Lets through what is ours, of others warnings; hides secrets, also those of the settings."""

    def __init__(self, secrets: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.secrets = tuple(secret for secret in secrets if len(secret) >= 8)

    def filter(self, record: logging.LogRecord) -> bool:
        """False for a line of a library below a warning."""
        ours = record.name.partition(".")[0] in OURS
        if record.levelno < (logging.INFO if ours else logging.WARNING):
            return False
        record.msg, record.args = self.hide(_said(record, ours=ours)), None
        return True

    def hide(self, text: str) -> str:
        """The text without anything that opens a door."""
        for secret in self.secrets:
            text = text.replace(secret, HIDDEN)
        return SECRETS.sub(HIDDEN, text)


class Plain(logging.Formatter):
    """`2026-11-05T01:00:00+00:00 ERROR scheduler.inbox: …`, for people."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        found = _fields(record)
        more = "".join(f" {name}={found[name]}" for name in (*FIELDS, "error") if name in found)
        return f"{found['time']} {found['level']} {found['logger']}: {found['message']}{more}"


class Json(logging.Formatter):
    """One JSON object, for machines."""

    def format(self, record: logging.LogRecord) -> str:
        """One line: time, level, logger, message, and the ids that are known."""
        return json.dumps(_fields(record), ensure_ascii=False)


def set_up(form: str, secrets: tuple[str, ...] = ()) -> logging.Handler:
    """Sends all logs to standard error in that form; `secrets` are the values of the settings."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Json() if form == "json" else Plain())
    handler.addFilter(Shield(secrets))
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a long round is no warning
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    return handler


def _said(record: logging.LogRecord, *, ours: bool) -> str:
    """Our message with its ids; of a library only what it always says, not what it fills in."""
    try:
        return record.getMessage() if ours else str(record.msg)
    except Exception:
        return str(record.msg)


def _fields(record: logging.LogRecord) -> dict[str, object]:
    moment = datetime.fromtimestamp(record.created, UTC)
    found: dict[str, object] = {
        "time": moment.isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        "message": record.getMessage(),
    }
    found |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
    if record.exc_info and record.exc_info[0] is not None:
        found["error"] = _where(record.exc_info[0], record.exc_info[2])
    return found


def _where(kind: type[BaseException], trace: TracebackType | None) -> str:
    """The kind of an error and its way through our files; its text may quote a case."""
    steps = []
    while trace is not None:
        code = trace.tb_frame.f_code
        steps.append(f"{Path(code.co_filename).name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return f"{kind.__name__} at {' > '.join(steps[-6:])}"
