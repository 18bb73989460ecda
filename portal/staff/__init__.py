"""Staff: who answers. People of an organization with a role, their teams, and their sessions."""
