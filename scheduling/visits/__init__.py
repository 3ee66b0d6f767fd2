"""Video visits: the waiting room that the server keeps, the seats, and what passes between them."""
