"""The reference for people: one HTML page made from the contract, without a script and without a network."""
