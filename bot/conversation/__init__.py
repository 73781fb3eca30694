"""What people can say and press: one file per thing, no platform in sight.

Nothing is imported here: a front end needs `events` alone, and starts before the rest is read.
"""
