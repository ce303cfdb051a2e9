"""Examples that close the help texts of the command line; a backspace keeps their lines."""

from typing import Final

TOP_EXAMPLES: Final = """Examples:

\b
  opensim-pelvis demo --out demo/
  opensim-pelvis inspect walk/
  opensim-pelvis init walk/ --out trial.toml
  opensim-pelvis run trial.toml --out results/
\b
Exit codes: 0 success; 2 error, nothing was written; 3 results written, but
optional files are missing; 130 interrupted.
"""
DEMO_EXAMPLES: Final = """Examples:

\b
  opensim-pelvis demo --out demo/
"""
RUN_EXAMPLES: Final = """Examples:

\b
  # a trial file, written by `opensim-pelvis init`
  opensim-pelvis run trial.toml --out results/
\b
  # the same trial file with another static trial; flags take precedence
  opensim-pelvis run trial.toml --static 3 5 --heading-axis -z --out results/
\b
  # a folder of sensor files, without a trial file
  opensim-pelvis run walk/ --sensors map.toml --static 0 2 --heading-axis z \\
      --out results/
\b
  # pelvis and trunk only, with another model
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
  # re-render one report with the laboratory's name and logo
  opensim-pelvis report results/walk_report.json --lab lab.toml --out reports/
\b
  # every result below a folder, and a comparison of them
  opensim-pelvis report results/ --out reports/
\b
  # with a section on the agreement with optical motion capture
  opensim-pelvis report results/ --agreement agreement/ --out reports/
\b
  # changes between sessions, by your own repeatability
  opensim-pelvis report results/ --repeatability own.toml --out reports/
"""
COHORT_EXAMPLES: Final = """Examples:

\b
  # every result below a folder; [subject] id identifies each person
  opensim-pelvis cohort results/ --out cohort/
"""
REFERENCE_EXAMPLES: Final = """Examples:

\b
  # your own population; then the reports of new runs compare with it
  opensim-pelvis reference results/ --out my_reference.toml
  opensim-pelvis run trial.toml --out new/ --reference my_reference.toml
"""
REPEATABILITY_EXAMPLES: Final = """Examples:

\b
  # people measured several times; then reports use what these tell apart
  opensim-pelvis repeatability results/ --out own.toml
  opensim-pelvis report new/ --repeatability own.toml --out reports/
"""
INIT_EXAMPLES: Final = """Examples:

\b
  opensim-pelvis init walk/
  opensim-pelvis init walk/ --out walk.toml --force
"""
COMPARE_EXAMPLES: Final = """Examples:

\b
  # Plug-in Gait markers in a C3D file; synchronised by the movement
  opensim-pelvis compare results/ optical.c3d --out agreement/
\b
  # the report with your laboratory's name, logo and sections
  opensim-pelvis compare results/ optical.c3d --lab lab.toml --out agreement/
\b
  # a TRC file does not state its vertical axis; your own marker names
  opensim-pelvis compare results/ optical.trc --up-axis y --markers map.toml \\
      --out agreement/
\b
  # marker inverse kinematics on your scaled model (or add --static-trial)
  opensim-pelvis compare results/ optical.trc --up-axis y \\
      --model scaled.osim --out agreement/
\b
  # coordinates of another program, started by the same trigger
  opensim-pelvis compare results/ ik.mot --offset 0 --out agreement/
"""
POOL_EXAMPLES: Final = """Examples:

\b
  # one comparison per trial; the results state each person ([subject] id)
  opensim-pelvis pool agreement/p01 agreement/p02 agreement/p03 \\
      --out pooled.csv
"""
