"""Examples that close the help texts of the command line; a backspace keeps their lines."""

from typing import Final

TOP_EXAMPLES: Final = """Examples:

\b
  opensim-pelvis demo --out demo/
  opensim-pelvis inspect walk/
  opensim-pelvis init walk/ --out trial.toml
  opensim-pelvis run trial.toml --out results/
"""
DEMO_EXAMPLES: Final = """Examples:

\b
  opensim-pelvis demo --out demo/
"""
RUN_EXAMPLES: Final = """Examples:

\b
  # everything stands in a trial file, which `opensim-pelvis init` writes
  opensim-pelvis run trial.toml --out results/
\b
  # the same file, another calibration: flags win over the file
  opensim-pelvis run trial.toml --static 3 5 --heading-axis -z --out results/
\b
  # a folder of sensor files without a trial file
  opensim-pelvis run walk/ --sensors map.toml --static 0 2 --heading-axis z --out results/
\b
  # pelvis and trunk only, sensors named on the spot, another model
  opensim-pelvis run walk/ --sensor 00B42279=pelvis --sensor 00B42268=torso \\
      --model Rajagopal_2015.osim --out results/
"""
INSPECT_EXAMPLES: Final = """Examples:

\b
  opensim-pelvis inspect walk/
  opensim-pelvis inspect trial.toml
  opensim-pelvis inspect walk.txt --rate 100
"""
REPORT_EXAMPLES: Final = """Examples:

\b
  # one trial again, with the laboratory's logo
  opensim-pelvis report results/walk_report.json --lab lab.toml --out reports/
\b
  # all sessions below a folder, each and side by side
  opensim-pelvis report results/ --out reports/
"""
INIT_EXAMPLES: Final = """Examples:

\b
  opensim-pelvis init walk/
  opensim-pelvis init walk/ --out walk.toml --force
"""
