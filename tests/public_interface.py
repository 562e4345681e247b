"""Run the public interface once; test_packaging does so with the lowest and with the newest permitted versions."""

import sys
from types import ModuleType

import numpy as np

import memsim
from memsim.analysis import ANALYSES, analyze, plot, save_figure
from memsim.models import CMR, DNC, SAM, SIMPLE, TCM
from memsim.paradigms import FreeRecall, SerialRecall
from memsim.reporting.report import report_html

for package in (memsim, memsim.models, memsim.paradigms, memsim.analysis, memsim.data):
    for name in package.__all__:
        value = getattr(package, name)
        subpackage = package is memsim and name in ("analysis", "data", "errors", "models", "paradigms")
        assert isinstance(value, ModuleType) == subpackage, f"{package.__name__}.{name} is {value!r}"

people = memsim.load_dataset("morton2013")[:200]
for name in ANALYSES.names():
    try:
        frame = analyze({"people": people}, name)
    except memsim.errors.InputError:  # it is for another task, or for repeated items
        continue
    save_figure(plot(frame), f"{sys.argv[1]}/{name}.png")
models = {"TCM": TCM(), "CMR": CMR(), "SAM": SAM(), "SIMPLE": SIMPLE(), "DNC": DNC()}
comparison = memsim.run(models, FreeRecall(), "murdock1962:20-1", n_trials=100)
assert "Serial position curve" in report_html(comparison)
assert len(memsim.run({"CMR": CMR()}, SerialRecall(), n_trials=40).curves)
fitted = memsim.fit(TCM(), people[:40], ["context_drift"], starts=1, generations=2)
assert np.isfinite(fitted.log_likelihood)
print("done")
