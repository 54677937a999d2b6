"""The labs that begin with a picture of one's own, and what they share."""
