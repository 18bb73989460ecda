"""What everything stands on: settings, numbers, what is remembered, TwiML as read."""
