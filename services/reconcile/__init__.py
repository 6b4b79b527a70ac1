"""Nothing missed: what Instagram shows is compared with what arrived, and what is missing is taken in."""
