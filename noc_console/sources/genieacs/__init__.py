"""GenieACS: NBI client, the device document as sections, tasks."""
