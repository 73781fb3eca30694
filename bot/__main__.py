"""`python -m bot` is the command `hitotsubu`."""

from bot.cli import main

main()
