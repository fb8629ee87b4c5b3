"""Services: AI applications that answer predictions.

service.py      what users ask for: create, change, start, stop, delete
keeper.py       the worker's side: instances are made, watched and replaced until they are as asked
instances.py    an instance as a workload: what runs, and why it ended
gateway.py      the way of a prediction from the access address to an instance
connections.py  HTTP with an instance, which may answer anything
accounting.py   counting calls without a transaction per call
"""
