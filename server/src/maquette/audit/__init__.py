"""The audit log: reading the events that all domains write. Nobody imports this domain."""
