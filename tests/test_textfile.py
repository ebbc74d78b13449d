"""Reading text that people wrote."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from liveguide.errors import SourceError
from liveguide.textfile import read_text


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """Nobody may ever write to it; what stands there is named."""
    pipe = tmp_path / "gramex.yaml"
    os.mkfifo(pipe)

    with pytest.raises(SourceError) as caught:
        read_text(pipe)

    message = "this is a pipe or a device; put a file in its place"
    assert str(caught.value) == f"{pipe}: error: {message}"
