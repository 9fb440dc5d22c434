"""What an evidence pack holds of a statement, gathered for whoever checks it elsewhere."""
