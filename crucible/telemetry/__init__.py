"""What Crucible says about itself while it works."""
