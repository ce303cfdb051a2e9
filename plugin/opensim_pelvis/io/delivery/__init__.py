"""Files reach the disk as whole sets: staged beside, checked, and swapped in by one rename.

A set is what one command writes for one purpose: the results of a trial, a comparison, a cohort.
Its manifest says whose it is and what belongs to it, so that nothing else is ever replaced.
"""

from opensim_pelvis.io.delivery.deliver import Staged, deliver
from opensim_pelvis.io.delivery.find_results import (
    REPORT,
    SUMMARY,
    find_results,
    is_results,
    recording_entries,
    result_folders,
)
from opensim_pelvis.io.delivery.manifest import Manifest, read_manifest
from opensim_pelvis.io.delivery.refuse import Set, check_entries_of, check_set, check_writable
from opensim_pelvis.io.delivery.single import check_file, write_file
from opensim_pelvis.io.delivery.staging import STAGING, clear_stray

__all__ = [
    "REPORT",
    "STAGING",
    "SUMMARY",
    "Manifest",
    "Set",
    "Staged",
    "check_entries_of",
    "check_file",
    "check_set",
    "check_writable",
    "clear_stray",
    "deliver",
    "find_results",
    "is_results",
    "read_manifest",
    "recording_entries",
    "result_folders",
    "write_file",
]
