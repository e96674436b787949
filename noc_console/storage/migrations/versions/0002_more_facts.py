"""What further OLT families tell: EPON addresses, uptimes, fans, ONTs that wait, and which facts rest on one source."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add columns and tables; nothing that is there changes."""
    op.add_column("olt", sa.Column("unverified", sa.Text))
    op.add_column("ont", sa.Column("mac", sa.Text))
    op.add_column("ont", sa.Column("online_since_at", sa.Float))
    op.create_table(
        "fan",
        sa.Column("olt_id", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("state", sa.Text),
        sa.Column("speed_rpm", sa.Float),
        sa.Column("speed_percent", sa.Float),
        sa.Column("temperature_celsius", sa.Float),
        sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("olt_id", "name", name="pk_fan"),
        sa.ForeignKeyConstraint(["olt_id"], ["olt.id"], name="fk_fan_olt_id_olt"),
    )
    op.create_table(
        "unregistered",
        sa.Column("olt_id", sa.Integer, nullable=False),
        sa.Column("port", sa.Text, nullable=False),
        sa.Column("serial", sa.Text, nullable=False),
        sa.Column("model", sa.Text),
        sa.Column("first_seen_at", sa.Float, nullable=False),
        sa.Column("last_seen_at", sa.Float, nullable=False),
        sa.Column("gone_at", sa.Float),
        sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("olt_id", "port", "serial", name="pk_unregistered"),
        sa.ForeignKeyConstraint(["olt_id"], ["olt.id"], name="fk_unregistered_olt_id_olt"),
    )


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("unregistered")
    op.drop_table("fan")
    op.drop_column("ont", "online_since_at")
    op.drop_column("ont", "mac")
    op.drop_column("olt", "unverified")
