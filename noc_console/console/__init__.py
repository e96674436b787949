"""The Textual app. Reads the feed, submits jobs, never talks to a device."""
