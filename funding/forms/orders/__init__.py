"""The forms of an order: its form as sold, and the actions on it."""
