"""Write the schemas."""

from coach.schemas import SHAPES, path, schema

for name in SHAPES:
    path(name).write_text(schema(name), encoding="utf-8")
