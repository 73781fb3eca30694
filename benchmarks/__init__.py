"""Measurements that are no tests: their numbers are written beside them."""
