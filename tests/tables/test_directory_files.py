"""Directories as offices keep them: one line for each community, its code under many names."""

import pytest

from jieban.tables.directories import read_directory


@pytest.mark.parametrize(
    "head", ["代码", "区划代码", "行政区划代码", "统计用区划代码", "社区代码", "社区（村）代码"]
)
def test_the_code_of_a_community_is_its_code_whatever_the_heading(tmp_path, head):
    path = tmp_path / "名录.csv"
    path.write_text(f"{head},区,街道,社区\n990001001,云溪区,松涛街道,松涛社区\n", encoding="utf-8")
    lines = {line.name: line.code for line in read_directory(path).lines}
    assert lines["松涛社区"] == "990001001"
