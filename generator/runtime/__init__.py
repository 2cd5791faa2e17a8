"""What the client needs whatever the contract says: plain Python, copied into it with a banner."""
