"""Views: each is a frame that stays, and parts of it that follow the run."""
