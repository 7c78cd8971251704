// Types alone: nothing is here when a program runs.
