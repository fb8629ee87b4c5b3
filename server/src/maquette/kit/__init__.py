"""Settings, errors, ids, time and pagination: what any shop could use and nothing that knows a dataset from a job."""
