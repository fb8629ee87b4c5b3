"""Pure libraries of file formats: bytes in, samples out. Nothing here knows a database, a store or a request."""
