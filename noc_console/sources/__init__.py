"""One package per outside system; each turns bytes into domain facts."""
