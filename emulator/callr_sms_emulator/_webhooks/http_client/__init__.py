"""A small HTTP client on httptools: the connections, the look-ups and the pool that webhooks use."""
