"""The range of rotation as markers would show it, by hand: site, D and D' are sines."""

from __future__ import annotations

from typing import Final

from tests.gait.measures.hand_made import Value, assert_value, curve, stride_data, wave

VALUES: Final = {
    # With s = sin 45: twice the root of (5 s + .095 * 20)^2 + (5 s + .034 * 20)^2; 6 and 40 left.
    "pelvic_rotation_range_optical_deg": Value(13.757, 19.603, "deg", "body"),
}


def test_range_of_the_site_and_what_the_thighs_add() -> None:
    data = stride_data(
        {
            "pelvic_axial_rotation": curve(wave(5.0, 45.0, 3.0), wave(6.0, 45.0)),
            "thigh_extension_r": curve(wave(-20.0, level=-8.0), wave(-40.0)),
            "thigh_extension_l": curve(wave(20.0), wave(40.0, level=5.0)),
        }
    )
    for name, wanted in VALUES.items():
        assert_value(name, wanted, data, within=0.007)  # 101 points may miss a peak
