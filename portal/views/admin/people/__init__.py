"""Who works here and how: staff, teams, queues, levels of service, macros; and what waits for somebody."""
