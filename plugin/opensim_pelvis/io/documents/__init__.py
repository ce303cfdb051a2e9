"""Text, TOML, JSON and XML that a user hands over: bounded, decoded and sound, or refused.

Every such file is read here, so that nothing behind this door meets a document that is nested
without end, grows when it is expanded, or holds numbers that no arithmetic takes. A function
raises the error that its caller names; the message has the file, the line where it is known, what
was wanted, what was found and what to do.
"""

from opensim_pelvis.io.documents.csv_text import read_rows as read_rows
from opensim_pelvis.io.documents.csv_text import safe_cell as safe_cell
from opensim_pelvis.io.documents.files import DocumentError as DocumentError
from opensim_pelvis.io.documents.files import FaultError as FaultError
from opensim_pelvis.io.documents.files import as_path as as_path
from opensim_pelvis.io.documents.files import is_file as is_file
from opensim_pelvis.io.documents.files import is_folder as is_folder
from opensim_pelvis.io.documents.files import read_bytes as read_bytes
from opensim_pelvis.io.documents.files import read_text as read_text
from opensim_pelvis.io.documents.json_text import read_json as read_json
from opensim_pelvis.io.documents.numbers import LARGEST_NUMBER as LARGEST_NUMBER
from opensim_pelvis.io.documents.numbers import finite as finite
from opensim_pelvis.io.documents.plain import to_plain as to_plain
from opensim_pelvis.io.documents.records import ABSENT as ABSENT
from opensim_pelvis.io.documents.records import OneOf as OneOf
from opensim_pelvis.io.documents.records import Within as Within
from opensim_pelvis.io.documents.records import check_lengths as check_lengths
from opensim_pelvis.io.documents.records import read_record as read_record
from opensim_pelvis.io.documents.records import record_of as record_of
from opensim_pelvis.io.documents.toml_text import read_toml as read_toml
from opensim_pelvis.io.documents.xml_text import is_xml as is_xml
from opensim_pelvis.io.documents.xml_text import read_xml as read_xml
from opensim_pelvis.io.documents.xml_text import read_xml_text as read_xml_text
