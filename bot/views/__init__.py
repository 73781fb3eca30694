"""What people see, as neutral elements: one file per thing shown, no platform in sight."""
