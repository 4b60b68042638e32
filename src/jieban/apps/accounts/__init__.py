"""Who may do what: people, roles, posts 岗位, sessions, second factors, duty sessions, tokens."""
