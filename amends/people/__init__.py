"""Who acts: users, their roles, and the Actor that every verb is told."""
