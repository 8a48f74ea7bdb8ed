"""One definition, many deliveries: what a resource of one kind is at another back end."""
