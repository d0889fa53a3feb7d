"""Plain Python that everything else stands on: no framework, no database, no network."""
