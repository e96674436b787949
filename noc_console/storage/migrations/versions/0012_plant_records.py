"""VLANs, address pools and blocks, closures, strands and splices, and assignments that ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_TABLES: dict[str, tuple[sa.Column[object], ...]] = {
    "vlan": (
        sa.Column("name", sa.Text, primary_key=True, nullable=False),
        sa.Column("vid", sa.Integer, nullable=False),
        sa.Column("olt", sa.Text),
        sa.Column("purpose", sa.Text),
        sa.Column("dhcp_snooping", sa.Boolean),
        sa.Column("note", sa.Text),
    ),
    "pool": (
        sa.Column("name", sa.Text, primary_key=True, nullable=False),
        sa.Column("vlan", sa.Text),
        sa.Column("note", sa.Text),
    ),
    "address_block": (
        sa.Column("network", sa.Text, primary_key=True, nullable=False),
        sa.Column("pool", sa.Text, nullable=False),
        sa.Column("gateway", sa.Text),
        sa.Column("note", sa.Text),
    ),
    "closure": (
        sa.Column("name", sa.Text, primary_key=True, nullable=False),
        sa.Column("address", sa.Text),
        sa.Column("latitude", sa.Float),
        sa.Column("longitude", sa.Float),
        sa.Column("note", sa.Text),
    ),
    "strand": (
        sa.Column("name", sa.Text, primary_key=True, nullable=False),
        sa.Column("length_m", sa.Float),
        sa.Column("olt", sa.Text),
        sa.Column("port", sa.Text),
        sa.Column("from_splitter", sa.Text),
        sa.Column("outlet", sa.Integer),
        sa.Column("splitter", sa.Text),
        sa.Column("account", sa.Text),
        sa.Column("note", sa.Text),
    ),
    "splice": (
        sa.Column("onward", sa.Text, primary_key=True, nullable=False),
        sa.Column("strand", sa.Text, nullable=False),
        sa.Column("closure", sa.Text, nullable=False),
        sa.Column("loss_db", sa.Float),
    ),
    "assignment": (
        sa.Column("account", sa.Text, primary_key=True, nullable=False),
        sa.Column("until_at", sa.Float, primary_key=True, nullable=False),
        sa.Column("since_at", sa.Float),
        sa.Column("serial", sa.Text),
        sa.Column("splitter", sa.Text),
        sa.Column("splitter_port", sa.Integer),
        sa.Column("ended_by", sa.Text, nullable=False),
    ),
}


def upgrade() -> None:
    """Add the tables."""
    for name, columns in _TABLES.items():
        op.create_table(
            name,
            *(column._copy() for column in columns),
            sa.Column("removed_at", sa.Float),
            sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
        )
        op.create_index(f"ix_{name}_revision", name, ["revision"])


def downgrade() -> None:
    """Take them away again."""
    for name in _TABLES:
        op.drop_table(name)
