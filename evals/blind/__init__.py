"""A blind comparison of our lines with others (PROTOCOL.md): texts, packets for readers, and the figures made of their answers."""
