"""The log file: JSON lines, rotated, without secrets. Nothing is ever written to a screen that the console owns."""

from __future__ import annotations

import logging
import logging.handlers
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

from noc_console.config.model import Config
from noc_console.config.paths import log_file

KEPT_FILES = 3
_SECRET = re.compile(r"community|password|passphrase|secret|token|authorization|presharedkey|psk", re.IGNORECASE)


def start_log(config: Config, to_stderr: bool = False, ending: str = "") -> None:
    """Send structlog's events to the log file.

    Args:
        config: Which file, which level.
        to_stderr: There as well, for a daemon.
        ending: Of the file's name, for a process beside the collector: two must not rotate the same file.
    """
    path = log_file(config)
    path = path.with_name(f"{path.stem}{ending}{path.suffix}")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handlers: list[logging.Handler] = [
        logging.handlers.RotatingFileHandler(
            path, maxBytes=config.logging.max_mb * 1_000_000 // KEPT_FILES, backupCount=KEPT_FILES - 1, delay=True
        )
    ]
    if to_stderr:
        handlers.append(logging.StreamHandler())
    logging.basicConfig(level=config.logging.level.upper(), handlers=handlers, format="%(message)s", force=True)
    for noisy in ("httpx", "httpcore", "aiosqlite", "alembic", "asyncio", "urllib3", "requests_oauthlib"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _redact,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(config.logging.level.upper())),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in event:
        if _SECRET.search(key):
            event[key] = "[redacted]"
    return event
