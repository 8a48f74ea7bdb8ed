"""The bundled stack: what runs, on which addresses, from which files."""
