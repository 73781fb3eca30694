"""Microsoft Teams: signed activities in, Adaptive Cards out; everything between is neutral."""
