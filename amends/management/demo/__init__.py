"""People who are not there: seeded characters that play all sides of many cases in stepped time, through the same verbs as everybody."""
