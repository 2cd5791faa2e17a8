"""Every claim of speed, as a command: `make bench`."""
