"""A call that wants a person: in line, put through, held, handed on; and the telephones that we call for it."""
