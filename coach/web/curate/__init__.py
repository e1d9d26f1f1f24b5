"""Curate: pages with addresses of their own, rendered on the server, and the addresses under /curate/api. They call the Curator and hold no rule."""
