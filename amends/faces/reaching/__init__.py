"""How a person wants to be told and where they can be reached: the same pages in portal, console and desk."""
