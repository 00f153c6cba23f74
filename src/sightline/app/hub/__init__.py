"""What leaves this machine when somebody asks: models to a hub, a report of use to a file."""
