"""Files of a service: its systemd unit, and the file for its secrets."""
