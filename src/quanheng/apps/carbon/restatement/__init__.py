"""What falls is found, computed anew and proposed."""
