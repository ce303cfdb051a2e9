"""What a stage has to tell a person, as data; sentences are made at the edge.

`notice` makes a `Notice` of a code in ``notices.toml``, `say` its sentence. Every code has its
text, what it means for the reader and what to do there, and nowhere else.
"""

from opensim_pelvis.notices.catalogue import Entry as Entry
from opensim_pelvis.notices.catalogue import catalogue as catalogue
from opensim_pelvis.notices.catalogue import texts as texts
from opensim_pelvis.notices.make import as_notice as as_notice
from opensim_pelvis.notices.make import notice as notice
from opensim_pelvis.notices.make import wrap as wrap
from opensim_pelvis.notices.record import SEVERITIES as SEVERITIES
from opensim_pelvis.notices.record import SIMULATED as SIMULATED
from opensim_pelvis.notices.record import Notice as Notice
from opensim_pelvis.notices.record import Severity as Severity
from opensim_pelvis.notices.record import Value as Value
from opensim_pelvis.notices.say import advise as advise
from opensim_pelvis.notices.say import as_plain as as_plain
from opensim_pelvis.notices.say import fill_in as fill_in
from opensim_pelvis.notices.say import from_plain as from_plain
from opensim_pelvis.notices.say import say as say
from opensim_pelvis.notices.say import say_plain as say_plain
from opensim_pelvis.notices.say import term as term
from opensim_pelvis.notices.wordbook import Wordbook as Wordbook
