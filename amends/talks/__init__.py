"""What the sides say to each other until they agree: offers in rounds, the conversation beside them, notes of one side alone."""
