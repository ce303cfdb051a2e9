"""Examples that close the help texts of the command line; a backspace keeps their lines."""

from typing import Final

TOP_EXAMPLES: Final = """Examples:

\b
  opensim-pelvis demo --out demo/
  opensim-pelvis inspect walk/
  opensim-pelvis init walk/ --out trial.toml
  opensim-pelvis run trial.toml --out results/
\b
Exit codes: 0 all well; 2 refused, or an error; 3 results written, something
optional is missing; 130 interrupted.
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
\b
  # with a section on the agreement that compare found
  opensim-pelvis report results/ --agreement agreement/ --out reports/
"""
INIT_EXAMPLES: Final = """Examples:

\b
  opensim-pelvis init walk/
  opensim-pelvis init walk/ --out walk.toml --force
"""
COMPARE_EXAMPLES: Final = """Examples:

\b
  # markers of Plug-in Gait in a C3D; clocks are brought together by the movement, and the
  # report of results/ is made again in agreement/, with a section on the agreement
  opensim-pelvis compare results/ optical.c3d --out agreement/
\b
  # the report in there with your laboratory's name, logo and sections
  opensim-pelvis compare results/ optical.c3d --lab lab.toml --out agreement/
\b
  # a TRC does not say which axis is up; your own marker names by a mapping
  opensim-pelvis compare results/ optical.trc --up-axis y --markers map.toml --out agreement/
\b
  # OpenSim's marker inverse kinematics on your scaled model (or add --static-trial)
  opensim-pelvis compare results/ optical.trc --up-axis y --model scaled.osim --out agreement/
\b
  # another program's coordinates, started by the same trigger
  opensim-pelvis compare results/ ik.mot --offset 0 --out agreement/
"""
POOL_EXAMPLES: Final = """Examples:

\b
  # one comparison a trial; who is who stands in each result ([subject] id)
  opensim-pelvis pool agreement/p01 agreement/p02 agreement/p03 --out pooled.csv
"""
