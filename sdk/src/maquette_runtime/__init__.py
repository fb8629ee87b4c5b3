"""What the platform runs inside a workload's sandbox: `job` starts training code, `serve` answers predictions.

Standard library and moxing only. Nothing of the server is imported here: a JSON file is all that is handed over.
"""
