"""The reference of the API: an HTML page from the contract, which loads nothing and needs no script."""
