"""The directory: who else serves. Organizations and their services, in the words of the HSDS, and communes."""
