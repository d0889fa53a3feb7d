"""One cause behind many cases: what it is, which cases hang on it, what was said to all of them."""
