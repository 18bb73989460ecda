"""Citizens: who asks. People, the numbers and addresses they use, and how sure we are that these are theirs."""
