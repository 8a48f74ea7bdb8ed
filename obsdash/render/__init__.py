"""Plans, reports and findings as text, Markdown and JSON: functions that return strings."""
