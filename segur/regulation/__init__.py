"""What the texts say: programmes as data, identifiers, legal dates, money. Standard library only."""
