"""Addresses are understood, kept to what is allowed, and shown without secrets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.app.media.addresses import check_allowed, parse_address
from sightline.core.errors import ForbiddenError, InvalidInputError


@pytest.mark.parametrize(
    ("text", "kind", "target", "shown"),
    [
        ("camera:1", "device", "1", "camera:1"),
        ("camera", "device", "0", "camera:0"),
        ("walks/one.mp4", "path", "walks/one.mp4", "walks/one.mp4"),
        (r"C:\walks\one.mp4", "path", r"C:\walks\one.mp4", r"C:\walks\one.mp4"),
        (
            "rtsp://me:secret@cam.local:8554/live?token=secret",
            "url",
            "rtsp://me:secret@cam.local:8554/live?token=secret",
            "rtsp://cam.local:8554/live",
        ),
        ("a:b", "path", "a:b", "a:b"),
        ("http://[::1]:80/x", "url", "http://[::1]:80/x", "http://[::1]:80/x"),
    ],
)
def test_what_a_person_points_at(text: str, kind: str, target: str, shown: str) -> None:
    address = parse_address(text)

    assert (address.kind, address.target, address.shown) == (kind, target, shown)


@pytest.mark.parametrize(
    "text", ["file:///etc/passwd", "concat:a|b", "gopher://x/", "http://", "rtsp://x:99999/"]
)
def test_other_kinds_of_addresses_are_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        parse_address(text)


@given(st.text(max_size=40))
def test_no_text_is_too_odd(text: str) -> None:
    try:
        parse_address(text)
    except InvalidInputError:
        return


@pytest.mark.parametrize(
    ("source", "allowed"),
    [
        ("rtsp://me:pw@cam.local/anything", True),
        ("rtsp://CAM.local.:554/x", True),
        ("rtsp://cam.local:8554/x", False),
        ("http://cam.local/x", False),
        ("rtsp://cam.local.evil/x", False),
        ("rtsp://cam.local@evil/x", False),
        ("http://10.0.0.5:8080/x", True),
        ("camera:0", True),
        ("camera:1", False),
        ("/etc/passwd", False),
    ],
)
def test_only_the_places_of_the_setting_are_allowed(source: str, allowed: bool) -> None:
    setting = ["rtsp://cam.local/other", "http://10.0.0.5:8080", "camera:0"]
    address = parse_address(source)

    if allowed:
        check_allowed(address, setting)
        return
    with pytest.raises(ForbiddenError, match="not among"):
        check_allowed(address, setting)


@pytest.mark.parametrize("entry", ["", "cam.local", "10.0.0.5:8080", "/srv/clips", "[broken"])
@pytest.mark.parametrize("source", ["/etc/passwd", "notes.txt", "camera"])
def test_an_entry_without_a_scheme_opens_no_file(entry: str, source: str) -> None:
    with pytest.raises(ForbiddenError, match="not among"):
        check_allowed(parse_address(source), [entry])
