"""Finding: people, contacts and cases by what is typed; answers, services and kinds beside a conversation."""
