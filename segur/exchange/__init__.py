"""Reading the files that people send, whatever they hold: encoding, header, rows named by their line."""
