"""What each kind of job does, from the first look at the target to a proven end."""
