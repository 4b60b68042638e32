"""`jieban <noun> <verb>`: one module per noun."""
