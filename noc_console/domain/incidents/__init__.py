"""Outages, not alarms: what broke, where, whom it hit, and whether it heals. Pure; the clock is an argument."""
