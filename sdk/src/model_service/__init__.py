"""Base classes of `customize_service.py`: what a model package subclasses to answer requests.

`model_service.SingleNodeService` is the pattern; `pytorch_model_service`, `python_model_service` (scikit-learn and
XGBoost) and `tfserving_model_service` add the default inference of a framework. Frameworks are imported when used.
"""
