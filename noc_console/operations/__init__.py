"""The one way in: an operator's intent becomes a checked, audited, queued request."""
