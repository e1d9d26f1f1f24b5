"""Two kills in the middle of 200 concurrent saves, edits and searches. The long soak is `make soak`."""

import pytest

from tests.curate.soak import Seen, soak, verify

pytestmark = [pytest.mark.integration]


@pytest.mark.timeout(600)
def test_nothing_acknowledged_is_lost_when_the_server_is_killed_twice(tmp_path):
    seen = soak(tmp_path, kills=2, actions=100)
    assert seen.wrong == []
    assert seen.counts["saved"] >= 20 and seen.counts["searched"] >= 10 and seen.counts["checked"] >= 10
    lost = Seen(acknowledged=[*seen.acknowledged, (seen.acknowledged[0][0], "0" * 64)])
    verify(tmp_path, lost)
    assert any("lost" in wrong for wrong in lost.wrong)  # it would have been seen
