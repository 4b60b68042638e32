"""接口推送: other systems that are told of what happens here."""
