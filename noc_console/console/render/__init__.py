"""Pure renderers: facts in, lines of cells out. No widget, no clock, no colour names."""
