"""Pelvic rotation from wearable IMUs with OpenSim.

The public names stand in ``__init__.pyi``; each is imported when it is first used, so that the
command line answers at once.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
