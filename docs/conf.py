"""The site: ``make docs``, or ``python -m sphinx -W --keep-going -b html docs build/docs``."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
BUILD = HERE.parent / "build"

# What IPython keeps of a session goes to the build.
os.environ["IPYTHONDIR"] = str(BUILD / "ipython")

from memsim import __version__  # noqa: E402

project = "memsim"
author = "The memsim developers"
copyright = "The memsim developers; MIT license"
version = release = __version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "myst_nb",
    "sphinx_design",
    "sphinx_copybutton",
    "extensions.site",
]
exclude_patterns = ["extensions", "generated/figures/*.txt"]
nitpicky = True
root_doc = "index"

# Docstrings. Types stand in the annotations, and fields are parameters, which the docstring of the class describes.
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_type_aliases = {"npt.ArrayLike": "ArrayLike"}
autosummary_generate = False
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 100
add_module_names = False

# Pages. Code runs in an empty folder; an error in it is a warning, and so fails the build.
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 4
myst_update_mathjax = False
nb_execution_mode = "cache"
nb_execution_in_temp = True
nb_execution_timeout = 300
nb_execution_show_tb = True
nb_execution_cache_path = str(BUILD / "docs-cells")
nb_merge_streams = True
nb_ipywidgets_js = {}

html_theme = "pydata_sphinx_theme"
html_title = "memsim"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_math_renderer = "mathml"
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "logo": {"text": "memsim"},
    "navbar_align": "left",
    "header_links_before_dropdown": 7,
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "footer_start": ["copyright"],
    "footer_end": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

linkcheck_timeout = 20
linkcheck_workers = 2
linkcheck_anchors = False
