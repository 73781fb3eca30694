"""The scheduler's only place that asks the database; every method stays inside one company."""
