"""What the emulator pushes: signed, in order, retried, to nearby receivers unless more is allowed."""
