"""OLTs by their command line, over SSH: dialects, sessions, and what is done in them."""
