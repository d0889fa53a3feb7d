"""The books in double entry: accounts, postings, balances, and whether every cent is where it should be."""
