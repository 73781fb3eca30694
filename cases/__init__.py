"""The core of hitotsubu: sharing, guard, trials, search, digests, reflections. It knows no chat platform."""
