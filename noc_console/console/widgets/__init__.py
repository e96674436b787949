"""Widgets of our own: line-painted, told what to show, never asking."""
