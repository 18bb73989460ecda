"""Telling the portal: signed, in order or not, with the misfortunes that are switched on."""
