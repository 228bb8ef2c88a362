"""What happens to an evaluation while it happens. The events table has the rest, once it ended."""
