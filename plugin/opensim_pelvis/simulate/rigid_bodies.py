"""Rigid bodies in motion, built joint by joint with exact velocities and accelerations.

Each step is the textbook recursion of rigid-body kinematics (Featherstone 2008,
doi:10.1007/978-1-4899-7560-7): turning a frame adds the joint's rate to the angular velocity.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from opensim_pelvis.frames import FloatArray, axis_vector
from opensim_pelvis.rotations import inverse, multiply, rotate


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Motion:
    """A moving frame B seen from ground G.

    Parameters
    ----------
    R_GB : (t, 4) array
        Orientation, quaternions (w, x, y, z).
    angular_velocity_b_radps, angular_acceleration_b_radps2 : (t, 3) array
        In B.
    p_GB_m, acceleration_g_mps2 : (t, 3) array
        Origin of B and its acceleration, in G; gravity is not part of it.
    """

    R_GB: FloatArray
    angular_velocity_b_radps: FloatArray
    angular_acceleration_b_radps2: FloatArray
    p_GB_m: FloatArray
    acceleration_g_mps2: FloatArray

    @classmethod
    def of_point(cls, p_g_m: FloatArray, acceleration_g_mps2: FloatArray) -> Motion:
        """Return a frame that is parallel to G and moves with a point, both (t, 3)."""
        still = np.zeros_like(p_g_m)
        return cls(
            R_GB=np.tile([1.0, 0.0, 0.0, 0.0], (p_g_m.shape[0], 1)),
            angular_velocity_b_radps=still,
            angular_acceleration_b_radps2=still,
            p_GB_m=p_g_m,
            acceleration_g_mps2=acceleration_g_mps2,
        )

    def turned(self, axis: Literal["x", "y", "z"], angle: FloatArray) -> Motion:
        """Return the frame turned about one of its own axes by an angle given as a jet."""
        e = axis_vector(axis)
        half = angle[0][:, None] / 2.0
        step = np.concatenate([np.cos(half), np.sin(half) * e], axis=1)
        omega = rotate(inverse(step), self.angular_velocity_b_radps)
        alpha = rotate(inverse(step), self.angular_acceleration_b_radps2)
        rate = angle[1][:, None] * e
        return replace(
            self,
            R_GB=multiply(self.R_GB, step),
            angular_velocity_b_radps=omega + rate,
            angular_acceleration_b_radps2=alpha + np.cross(omega, rate) + angle[2][:, None] * e,
        )

    def mounted(self, R_BS: FloatArray) -> Motion:
        """Return a frame fixed to this one in another orientation, (4,) quaternion."""
        return replace(
            self,
            R_GB=multiply(self.R_GB, R_BS),
            angular_velocity_b_radps=rotate(inverse(R_BS), self.angular_velocity_b_radps),
            angular_acceleration_b_radps2=rotate(inverse(R_BS), self.angular_acceleration_b_radps2),
        )

    def moved(self, position_b_m: FloatArray) -> Motion:
        """Return the frame with its origin at a point fixed to the body, (3,) in B."""
        omega = self.angular_velocity_b_radps
        centripetal = np.cross(omega, np.cross(omega, position_b_m))
        tangential = np.cross(self.angular_acceleration_b_radps2, position_b_m)
        return replace(
            self,
            p_GB_m=self.p_GB_m + rotate(self.R_GB, position_b_m),
            acceleration_g_mps2=self.acceleration_g_mps2
            + rotate(self.R_GB, centripetal + tangential),
        )

    def displaced(self, position_b_m: FloatArray) -> Motion:
        """Return the frame with its origin at a point that moves in the body.

        ``position_b_m`` is a jet (3, t, 3): place in B, its first and second derivative in B.
        """
        omega = self.angular_velocity_b_radps
        place, velocity, acceleration = position_b_m
        relative = acceleration + 2.0 * np.cross(omega, velocity)
        relative += np.cross(self.angular_acceleration_b_radps2, place)
        relative += np.cross(omega, np.cross(omega, place))
        return replace(
            self,
            p_GB_m=self.p_GB_m + rotate(self.R_GB, place),
            acceleration_g_mps2=self.acceleration_g_mps2 + rotate(self.R_GB, relative),
        )

    def hung(self, joint: Motion, position_child_m: FloatArray) -> Motion:
        """Return the frame moved so that its point ``position_child_m`` is the joint's origin."""
        at_joint = replace(self, p_GB_m=joint.p_GB_m, acceleration_g_mps2=joint.acceleration_g_mps2)
        return at_joint.moved(-position_child_m)
