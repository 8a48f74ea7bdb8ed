"""Who is told of an alert, through which channel, in which words."""
