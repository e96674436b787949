"""The headless half: polls, reconciles, runs jobs, ships samples."""
