from etl.dictionary import PATH, dictionary


def test_docs_tables_is_what_the_declarations_say() -> None:
    assert PATH.read_text(encoding="utf-8") == dictionary(), "run python -m etl.dictionary"
