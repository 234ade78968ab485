# SPDX-License-Identifier: Apache-2.0
"""The README's tour does what it says, word for word, on what `make demo` brings up."""

import re
import subprocess

import pytest

from conftest import SOURCE


@pytest.fixture(scope="module")
def tour(tmp_path_factory):
    """The lines of the README's tour and a folder in which state/demo is a running demo."""
    place = tmp_path_factory.mktemp("tour")
    text = (SOURCE / "README.md").read_text()
    lines = re.search(r"^## Tour\n.*?^```sh\n(.*?)^```", text, re.M | re.S).group(1)
    return place, lines


def test_the_tour_of_the_readme_runs_as_it_stands(tour, own_stack):
    place, lines = tour
    stack = own_stack("--demo", "--size", "tiny", "--port", "0")
    (place / "state").mkdir()
    (place / "state/demo").symlink_to(stack.state)
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", lines], cwd=place, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout
    assert '"code"' not in done.stdout, "a problem was answered:\n" + done.stdout
    assert "HTTP/1.1 302" in done.stdout
    assert "og:title" in done.stdout
    assert f'"link": "{stack.places["LINK"]}/r/' in done.stdout
    assert re.search(r"^rostra_clicks_spooled_total [1-9]", done.stdout, re.M)
