"""Who else serves: organizations, services and their kinds, kept fresh; partners, and sites that embed us."""
