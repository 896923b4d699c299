"""How `make docs` builds the site: these pages, one for each toolkit from its TOML, and the API's reference."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from made_from import reference_pages, toolkit_pages  # noqa: E402

for path, text in {**toolkit_pages.pages(), **reference_pages.pages()}.items():
    page = HERE / path
    page.parent.mkdir(exist_ok=True)
    if not page.exists() or page.read_text() != text:
        page.write_text(text)

project = "Flowra"
extensions = ["myst_parser"]
exclude_patterns = ["made_from"]
nitpicky = True
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]
# The system's own fonts, and nothing from elsewhere.
html_theme = "furo"
html_title = "Flowra"
html_favicon = "../static/flowra.svg"
html_copy_source = False
html_show_sphinx = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#1f57c3", "color-brand-content": "#1f57c3"},
    "dark_css_variables": {"color-brand-primary": "#86b1ff", "color-brand-content": "#86b1ff"},
}
