"""Services: AI applications that answer predictions.

service.py     what users ask for: create, change, start, stop, delete
keeper.py      the worker's side: instances are made, watched and replaced until they are as asked
gateway.py     the way of a prediction from the access address to an instance
accounting.py  counting calls without a transaction per call
"""
