"""Values as XML 1.0 holds them; characters that cannot stand there at all `rows` has replaced."""


def spelled(value: object) -> str:
    """Spell a value of a row: truth in lower case, a list joined by `|`.

    >>> spelled(True), spelled(2.0), spelled(["a", "b"])
    ('true', '2.0', 'a|b')
    """
    match value:
        case bool():
            return "true" if value else "false"
        case list():
            return "|".join(value)
        case _:
            return str(value)


def escape(text: str) -> str:
    # `>` stays: Gephi drops a blank that stands alone between two entities, as in "&lt;b&gt; &amp;"
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("]]>", "]]&gt;")


def attribute(text: str) -> str:
    """Put a text into quotes, ready for a tag."""
    return '"' + escape(text).replace('"', "&quot;") + '"'
