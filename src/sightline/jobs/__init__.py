"""One runner: a process per heavy job, with progress, cancel, resume and logs."""
