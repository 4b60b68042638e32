"""The append-only book: every act, in the transaction that made it true."""
