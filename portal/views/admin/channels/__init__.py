"""By which ways people reach us: lines, senders and templates of texts, mailboxes."""
