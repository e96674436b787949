"""The config file: its model, loading, secrets and helpful errors."""
