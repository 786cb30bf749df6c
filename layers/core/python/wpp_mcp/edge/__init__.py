"""What the edge tells the functions (viewers' addresses), and what they tell it (blocked ones)."""
