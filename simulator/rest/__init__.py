"""The REST door, under the paths and with the answers and errors that Twilio publishes."""
