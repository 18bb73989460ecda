"""What a server serves: `waitress-serve wsgi:app`, and where `flask --app wsgi` finds the commands."""

from portal.app import create_app

app = create_app()
