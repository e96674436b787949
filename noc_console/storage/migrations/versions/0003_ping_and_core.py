"""ICMP reachability of OLTs, and the devices of the core."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

PING = ("ping_rtt_ms", "ping_loss", "ping_at")


def upgrade() -> None:
    """Add columns and tables; nothing that is there changes."""
    for name in PING:
        op.add_column("olt", sa.Column(name, sa.Float))
    op.create_table(
        "core_device",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("reachable", sa.Boolean),
        sa.Column("error", sa.Text),
        sa.Column("description", sa.Text),
        sa.Column("last_poll_at", sa.Float),
        sa.Column("last_ok_at", sa.Float),
        sa.Column("uptime_s", sa.Float),
        sa.Column("cpu_percent", sa.Float),
        sa.Column("memory_percent", sa.Float),
        *(sa.Column(name, sa.Float) for name in PING),
        sa.Column("removed_at", sa.Float),
        sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("name", name="pk_core_device"),
    )
    op.create_table(
        "core_interface",
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("alias", sa.Text),
        sa.Column("oper", sa.Text),
        sa.Column("speed_mbps", sa.Float),
        sa.Column("rx_bps", sa.Float),
        sa.Column("tx_bps", sa.Float),
        sa.Column("observed_at", sa.Float),
        sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("device", "name", name="pk_core_interface"),
        sa.ForeignKeyConstraint(["device"], ["core_device.name"], name="fk_core_interface_device_core_device"),
    )


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("core_interface")
    op.drop_table("core_device")
    for name in PING:
        op.drop_column("olt", name)
