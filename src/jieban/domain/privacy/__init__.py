"""What may be shown of a resident, and how."""
