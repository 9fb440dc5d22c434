"""What this app gives to the registries: to-do items, menu entries, search results."""
