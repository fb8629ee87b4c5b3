"""What the platform is doing: its tasks over HTTP, and what the console must know about this installation."""
