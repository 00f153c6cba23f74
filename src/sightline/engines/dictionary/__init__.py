"""Pictures by patches that a dictionary knows, their shapes and colours."""
