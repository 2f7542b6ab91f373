"""Pure rules about what was sold: no Django, no database, no clock."""
