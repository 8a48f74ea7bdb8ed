"""grafanalib, Foundation SDK, plain documents and obsdash.author → drafts of resources."""
