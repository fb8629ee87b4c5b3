"""Latency metrics of a model service: see `metrics_manager`."""
