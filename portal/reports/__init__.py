"""What is counted after the fact: daily tallies, the supervisor's wallboard, forecasts, reports and exports."""
