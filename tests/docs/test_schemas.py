import pytest

from coach.schemas import SHAPES, path, schema


@pytest.mark.parametrize("name", SHAPES)
def test_the_shipped_schema_is_made_from_the_shapes(name: str) -> None:
    assert path(name).read_text(encoding="utf-8") == schema(name), "run: python -m coach.schemas"
