"""Who the operator is, and how that is known."""
