"""Cases, graders, the runner and the report that decide whether answers are good enough."""
