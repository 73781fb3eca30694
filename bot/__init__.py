"""The outside of hitotsubu: chat platforms, web pages and the command line."""
