"""What belongs to this operator's session: may it act, how are times shown, when was the last key."""

from __future__ import annotations

from dataclasses import dataclass

from noc_console.domain.operators import Role

WRITE_IDLE_S = 30 * 60.0


@dataclass(slots=True)
class Session:
    """Starts read-only, and falls back to it when nobody touches a key for half an hour."""

    forbidden: str | None = None
    """Why this session may never act; None when it may."""
    role: Role = Role.OPERATOR
    write: bool = False
    absolute_times: bool = False
    last_key_at: float = 0.0
    bell_off_until_at: float = 0.0
    """Until then the bell is mute, Unix seconds."""
    frozen_at: float | None = None
    """Since when the screens stand still, Unix seconds; None while they follow the data."""
    frozen_changes: int = 0
    """What came since then."""
    low_link: bool = False
    """Bytes are dear: no seconds, no sparklines, what the data changes seldom painted."""
    compact: bool = False
    """One header line and no footer."""
    rang_at: float = float("-inf")
    """When it rang last, or would have."""

    def allow_writing(self, wanted: bool, now: float) -> str | None:
        """Switch; returns why not."""
        if wanted and self.forbidden:
            return self.forbidden
        self.write = wanted
        self.last_key_at = now
        return None

    def expire(self, now: float) -> bool:
        """Fall back to read-only after idling; True when that happened now."""
        if self.write and now - self.last_key_at >= WRITE_IDLE_S:
            self.write = False
            return True
        return False
