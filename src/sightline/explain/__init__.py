"""Why a network answers as it does: where it looked, as a map over the picture."""
