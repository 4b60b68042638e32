"""The Django project: settings, addresses, middleware, base templates, styles."""
