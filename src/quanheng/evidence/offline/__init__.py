"""Checking an evidence pack without the platform: the parts of which the single file for supervised parties is made.

Only the standard library is used here, and of the house only `verifier`, from which `single` takes what the parts
name. Nothing here may import anything else: the parts must run in one file on a machine without the product.
"""
