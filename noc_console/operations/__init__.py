"""The one way in: an operator's request is checked, audited and queued here, and nowhere else."""
