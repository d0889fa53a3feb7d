"""Tools of this repository, not of Amends: nothing here is installed with it."""
