"""Cases: each on its page, many in lists, what is due, what is done to several at once."""
