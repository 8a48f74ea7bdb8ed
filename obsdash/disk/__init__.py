"""Files as obsdash writes them: whole or not at all, one writer at a time, YAML of one style."""
