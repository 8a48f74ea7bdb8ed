"""Rules of every shape: which of them changed, and how."""
