"""Who gets what when, and nothing lost on the way: inbox, planner, ledger, dispatch."""
