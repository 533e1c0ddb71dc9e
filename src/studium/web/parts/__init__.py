"""Parts that views are made of: tables, figures, words about progress."""
