"""Who is responsible for it, and where is it? The duty list 职责清单 and names in addresses."""
