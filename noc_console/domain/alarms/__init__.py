"""Alarms: what the rules of the config say is wrong with one thing. Pure; the clock is an argument."""
