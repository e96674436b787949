"""The console's own picture of the network, fed from the backend and aged by the clock."""
