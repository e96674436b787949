"""A simulated network behind real sockets, for the demo, the tests and practice."""
