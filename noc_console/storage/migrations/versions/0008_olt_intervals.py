"""How often each OLT is read: its profile may ask for longer intervals, and consoles judge ages by them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

NAMES = ("state_s", "optics_s", "health_s", "inventory_s")


def upgrade() -> None:
    """Add them; unknown until the next poll."""
    for name in NAMES:
        op.add_column("olt", sa.Column(name, sa.Float))


def downgrade() -> None:
    """Take them away again."""
    for name in NAMES:
        op.drop_column("olt", name)
