"""Contract tests that a reader or an exporter inherits, a third party's or ours.

They need pytest and hypothesis (``pip install "opensim-pelvis[test]"``); nothing else in the
package imports this folder. `ReaderContract` and `ExporterContract` say what to fill in.
"""

from opensim_pelvis.testing.exporters import ExporterContract as ExporterContract
from opensim_pelvis.testing.readers import ReaderContract as ReaderContract
