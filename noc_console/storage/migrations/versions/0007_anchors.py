"""Where the audit log begins and ends, and what a collector's own clock said at its heartbeat."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add both; the audit log ends where it ends now."""
    op.add_column("collector", sa.Column("clock_at", sa.Float))
    op.create_table(
        "audit_anchor",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("entry_id", sa.Integer, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_audit_anchor"),
    )
    op.execute(
        "INSERT INTO audit_anchor (name, entry_id, digest) "
        "SELECT 'newest', id, digest FROM audit ORDER BY id DESC LIMIT 1"
    )


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("audit_anchor")
    op.drop_column("collector", "clock_at")
