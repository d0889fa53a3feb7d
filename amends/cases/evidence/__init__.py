"""Files that prove something: known by what they are, decoded, cleaned of places, and only then kept."""
