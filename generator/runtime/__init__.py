"""The parts of a client that do not depend on its contract: plain Python, copied into it with a banner."""
