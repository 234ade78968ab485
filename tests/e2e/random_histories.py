# SPDX-License-Identifier: Apache-2.0
"""How many random histories a test goes through, and which: TEST_EXAMPLES and TEST_SEED say it, otherwise a few of any.
pytest's last lines name the seed (conftest.py): with it they are the same again."""

import os
import secrets

from hypothesis import HealthCheck, settings

# Workers of one run inherit it.
SEED = int(os.environ.setdefault("TEST_SEED", str(secrets.randbits(32))))


def examples(n, **more):
    """Settings of n histories."""
    n = int(os.environ.get("TEST_EXAMPLES") or n)
    return settings(max_examples=n, deadline=None, database=None, suppress_health_check=list(HealthCheck), **more)
