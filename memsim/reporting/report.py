"""The report of a comparison: one HTML file without other files, for screens of any size and screen readers."""

from __future__ import annotations

from collections.abc import Mapping

from memsim.core.files.strict_json import to_json_text
from memsim.core.position_model import Model
from memsim.experiments.comparison import Comparison
from memsim.reporting.findings import attainable, differences, findings
from memsim.reporting.pictures import number, pictures


def report_html(comparison: Comparison) -> str:
    """The report as HTML, which needs no other file and no script.

    The report states what was run, shows figures with their tables, describes how models differ from people, and lists
    parameters, provenance and the publications to cite.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("memsim.reporting", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["number"] = number
    contrasts = differences(comparison)
    return environment.get_template("report.html.j2").render(
        manifest=comparison.manifest,
        task=comparison.task,
        people=comparison.people,
        people_name=comparison.people_name,
        n_recalling=len(comparison.recalls),
        predicting=", ".join(label for label in comparison.models if label not in comparison.recalls),
        pictures=pictures(comparison),
        findings=findings(comparison, contrasts),
        contrasts=contrasts,
        attainable=attainable(comparison),
        citations=citations(comparison),
        manifest_json=to_json_text(comparison.manifest.to_json(), indent=2, ensure_ascii=False, default=str),
    )


def citations(comparison: Comparison) -> list[str]:
    """The publications to cite for these results: memsim, the data, and the models."""
    version = comparison.manifest.versions["memsim"]
    cited = [f"The memsim developers. memsim (version {version}) [Computer software]."]
    if comparison.people is not None and comparison.people.citation:
        cited.append(comparison.people.citation)
    return cited + _of_models(comparison.models)


def _of_models(models: Mapping[str, Model]) -> list[str]:
    return sorted({model.citation for model in models.values()} - {""})
