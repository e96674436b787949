"""Sessions that share one picture: a keeper loads it once and forks a console for each who asks at its socket."""
