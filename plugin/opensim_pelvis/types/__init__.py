"""The records that travel between stages, a file a stage; shapes are checked where one is born.

Axes of arrays come in the order time, sensor or body, component. Orientations are unit
quaternions, scalar first, with rows of NaN where a sample is missing (see ``rotations``).
"""

from opensim_pelvis.types.angles import AngleCurve as AngleCurve
from opensim_pelvis.types.angles import AngleDefinition as AngleDefinition
from opensim_pelvis.types.angles import Angles as Angles
from opensim_pelvis.types.contents import FileContents as FileContents
from opensim_pelvis.types.date import RecordingDate as RecordingDate
from opensim_pelvis.types.event import Event as Event
from opensim_pelvis.types.event import GaitEvents as GaitEvents
from opensim_pelvis.types.finding import Drill as Drill
from opensim_pelvis.types.finding import Finding as Finding
from opensim_pelvis.types.finding import Reason as Reason
from opensim_pelvis.types.inspection import SIGNAL_FIELDS as SIGNAL_FIELDS
from opensim_pelvis.types.inspection import Duplicate as Duplicate
from opensim_pelvis.types.inspection import Inspection as Inspection
from opensim_pelvis.types.inspection import RawFit as RawFit
from opensim_pelvis.types.inspection import Repeat as Repeat
from opensim_pelvis.types.inspection import SignalKind as SignalKind
from opensim_pelvis.types.kinematics import BodyModel as BodyModel
from opensim_pelvis.types.kinematics import EngineCheck as EngineCheck
from opensim_pelvis.types.kinematics import Kinematics as Kinematics
from opensim_pelvis.types.kinematics import Landmark as Landmark
from opensim_pelvis.types.measure import DIGITS as DIGITS
from opensim_pelvis.types.measure import UNITS as UNITS
from opensim_pelvis.types.measure import MeasureDefinition as MeasureDefinition
from opensim_pelvis.types.measure import Place as Place
from opensim_pelvis.types.measure import Unit as Unit
from opensim_pelvis.types.placement import CalibrationPose as CalibrationPose
from opensim_pelvis.types.placement import Heading as Heading
from opensim_pelvis.types.placement import Placement as Placement
from opensim_pelvis.types.placement import SensorHeading as SensorHeading
from opensim_pelvis.types.placement import SensorOrientations as SensorOrientations
from opensim_pelvis.types.placement import SensorStep as SensorStep
from opensim_pelvis.types.placement import StepKind as StepKind
from opensim_pelvis.types.progress import Progress as Progress
from opensim_pelvis.types.quality import CHECK_UNITS as CHECK_UNITS
from opensim_pelvis.types.quality import NOT_CHECKED as NOT_CHECKED
from opensim_pelvis.types.quality import VERDICTS as VERDICTS
from opensim_pelvis.types.quality import Check as Check
from opensim_pelvis.types.quality import Evidence as Evidence
from opensim_pelvis.types.quality import Quality as Quality
from opensim_pelvis.types.quality import Verdict as Verdict
from opensim_pelvis.types.recording import ClockEstimate as ClockEstimate
from opensim_pelvis.types.recording import InputFile as InputFile
from opensim_pelvis.types.recording import OrientationOrigin as OrientationOrigin
from opensim_pelvis.types.recording import Recording as Recording
from opensim_pelvis.types.recording import SensorSignals as SensorSignals
from opensim_pelvis.types.result import Result as Result
from opensim_pelvis.types.running import Asymmetry as Asymmetry
from opensim_pelvis.types.running import Curves as Curves
from opensim_pelvis.types.running import RunningAnalysis as RunningAnalysis
from opensim_pelvis.types.running import Strides as Strides
from opensim_pelvis.types.running import Summary as Summary
from opensim_pelvis.types.running import Trend as Trend
from opensim_pelvis.types.timeline import AlignedRecording as AlignedRecording
from opensim_pelvis.types.timeline import IntegrityLedger as IntegrityLedger
from opensim_pelvis.types.timeline import SensorIntegrity as SensorIntegrity
from opensim_pelvis.types.uncertainty import Estimate as Estimate
from opensim_pelvis.types.uncertainty import Term as Term
from opensim_pelvis.types.uncertainty import TermName as TermName
