"""Alert and recording rules, objectives, and their tests."""
