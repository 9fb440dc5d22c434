"""Activity data: fuel that is burnt and energy that is bought, month by month, and the methods that state emissions from them."""
