"""pytest with its own modules imported, to be called through `tests.preloaded`."""
