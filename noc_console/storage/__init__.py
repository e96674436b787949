"""What the console knows, in SQL and on disk: inventory, feed, jobs, audit, history."""
