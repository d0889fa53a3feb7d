"""What is owed under which rules: packs as data, pure decisions over facts, and the calendars that deadlines rest on."""
