"""Every column declared once, by subject: name, type, unit, meaning."""
