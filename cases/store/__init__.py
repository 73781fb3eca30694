"""The only places in `cases` that ask the database; each store works inside one Scope."""
