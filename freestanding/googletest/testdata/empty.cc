// No tests: an error, not a success.
