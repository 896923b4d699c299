"""Which services there are: one TOML file each, read once into frozen dataclasses."""
