"""The demonstration: made-up data that a person can click through, and the processes that serve it."""
