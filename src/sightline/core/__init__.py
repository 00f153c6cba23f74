"""Words every part shares: types, ports, errors. numpy and the standard library only."""
