"""Citizens: the file and its resume card, what is kept in it, files joined and parted."""
