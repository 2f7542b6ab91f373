"""Papers of the product, written as PDF from the same facts as the screens."""
