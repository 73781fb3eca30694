"""The core of hitotsubu: sharing, guard, trials, search, digests, reflections."""
