"""Small things older scripts import from here; see `compat`."""
