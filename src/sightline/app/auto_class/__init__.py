"""Auto class: which class a drawn object has, by a head taught on crops."""
