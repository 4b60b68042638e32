"""攻坚项目, 工作法, 跟班学习, 结对共建: what was done about one problem, and what is left of it."""
