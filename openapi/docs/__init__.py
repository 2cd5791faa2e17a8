"""The reference of the API: an HTML page from the contract, without scripts or network access."""
