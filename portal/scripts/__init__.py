"""Scripts: a small decision tree beside a call: question, answers, what to say and to do; and the path taken."""
