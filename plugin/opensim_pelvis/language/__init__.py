"""Languages other than English: translations by stable key, numbers and dates in their form.

English stands where it is used, each text under a key (`Text`). A translation is a gettext file
(``.po``): ``msgctxt`` is the key, ``msgid`` the English of its day, ``msgstr`` the translation.
"""

from opensim_pelvis.language.lookup import ENGLISH as ENGLISH
from opensim_pelvis.language.lookup import Entry as Entry
from opensim_pelvis.language.lookup import Language as Language
from opensim_pelvis.language.lookup import Text as Text
from opensim_pelvis.language.lookup import fits as fits
from opensim_pelvis.language.po_files import COMMENT as COMMENT
from opensim_pelvis.language.po_files import find_language as find_language
from opensim_pelvis.language.po_files import read_language as read_language
from opensim_pelvis.language.state import State as State
from opensim_pelvis.language.state import state_of as state_of
from opensim_pelvis.language.state import updated as updated
