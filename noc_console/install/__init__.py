"""Files for those who install it: systemd units, a container, alert rules, a dashboard. ``init`` writes them."""
