"""攻坚项目, 工作法 and what is agreed between places: their rules, without a table."""
