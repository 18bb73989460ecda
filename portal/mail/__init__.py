"""Mail: letters that leave by SMTP, or, where no SMTP is set (demo), stay in a mailbox page."""
