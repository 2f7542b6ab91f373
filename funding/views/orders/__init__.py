"""The screens of an order: the list, its page, its form and its actions."""
