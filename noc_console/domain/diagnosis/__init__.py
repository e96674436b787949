"""The verdict about one customer: what is wrong, what says so, what to do next. Pure; time is an argument."""
