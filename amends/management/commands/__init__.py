"""One file for each command; `amends --help` lists them."""
