"""The year's rules of assessment 考核细则 as data: schema, periods, differences."""
