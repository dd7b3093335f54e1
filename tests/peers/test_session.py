"""Sessions with a peer that is made to fail (tests/peers/fake_engine.py): no peer needs to be installed."""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinylab.errors import PeerError
from tinylab.peers.messages import Message
from tinylab.peers.results import PeerRefusal, PeerStatus
from tinylab.peers.session import Peer, PeerSession, as_inputs

FAKE = Peer("Fake", "tests.peers.fake_engine", package="numpy", distribution="numpy", install_hint="not installed")


class FakeSession(PeerSession):
    def ask(self, word: str, timeout_seconds: float = 60.0, **options: Any) -> Message | PeerRefusal:
        model = np.frombuffer(word.encode(), np.uint8)
        return self._ask(options, [model, np.arange(3, dtype=np.int16)], timeout_seconds)

    def refusal(self, word: str, timeout_seconds: float = 60.0) -> PeerRefusal:
        ending = self.ask(word, timeout_seconds)
        assert isinstance(ending, PeerRefusal), ending
        return ending


@pytest.fixture(scope="module")
def shared_session() -> Iterator[FakeSession]:
    with FakeSession(FAKE) as session:
        yield session


@pytest.fixture
def session(shared_session: FakeSession) -> FakeSession:
    return shared_session


def test_arrays_and_options_go_there_and_back(session: FakeSession) -> None:
    answer = session.ask("ran", reset_every=4)
    assert isinstance(answer, Message)
    assert answer.header["options"] == {"reset_every": 4}
    assert answer.arrays[0].dtype == np.int16
    assert answer.arrays[0].tolist() == [0, 2, 4]


def test_one_process_serves_many_runs(session: FakeSession) -> None:
    session.ask("ran")
    before = session.process_id
    session.refusal("noise")
    with pytest.raises(ValueError, match="input 0 is int8 and float64 was given"):
        session.ask("misuse")
    session.ask("ran")
    assert session.process_id == before


def test_a_refusal_has_the_error_and_all_that_was_written(session: FakeSession) -> None:
    session.refusal("noise")  # what an earlier run wrote is not shown again
    refusal = session.refusal("noise")
    assert (refusal.reason, refusal.phase, refusal.ran) == ("refused", "invoke", False)
    assert refusal.message.startswith("Fake refused (phase: invoke): RuntimeError: no such operator; ")
    assert "\n" not in refusal.message
    assert sorted(refusal.text.splitlines()) == [
        "RuntimeError: no such operator",
        "by Python",
        "on descriptor 1",
        "on descriptor 2",
    ]
    with pytest.raises(PeerError, match="no such operator"):
        refusal.require()


@pytest.mark.parametrize(
    ("word", "signal_name", "message"),
    [
        ("abort", "SIGABRT", "Fake died (phase: invoke): SIGABRT; double free"),
        ("segfault", "SIGSEGV", "Fake died (phase: invoke): SIGSEGV"),
        ("exit", "", "Fake died (phase: invoke): exit code 3"),
    ],
)
def test_a_death_is_a_refusal_and_the_next_run_works(
    word: str, signal_name: str, message: str, session: FakeSession
) -> None:
    refusal = session.refusal(word)
    assert (refusal.reason, refusal.phase, refusal.signal_name) == ("died", "invoke", signal_name)
    assert refusal.message == message
    assert session.process_id is None
    assert isinstance(session.ask("ran"), Message)


def test_a_worker_that_sends_nonsense_is_ended(session: FakeSession) -> None:
    refusal = session.refusal("garble")
    assert (refusal.reason, refusal.signal_name) == ("died", "")
    assert refusal.message == "Fake died (phase: invoke): its memory is damaged: it sent what is no message"
    assert isinstance(session.ask("ran"), Message)


def test_a_timeout_ends_the_process(session: FakeSession) -> None:
    session.ask("ran")
    process_id = session.process_id
    assert process_id is not None
    started = time.monotonic()
    refusal = session.refusal("hang", timeout_seconds=0.3)
    assert time.monotonic() - started < 20
    assert (refusal.reason, refusal.phase) == ("timed out", "invoke")
    assert refusal.message == "Fake timed out (phase: invoke): ended after 0.3 s; working on it"
    with pytest.raises(ProcessLookupError):
        os.kill(process_id, 0)
    assert isinstance(session.ask("ran"), Message)


def test_a_process_killed_between_runs_is_replaced(session: FakeSession) -> None:
    session.ask("ran")
    assert session.process_id is not None
    os.kill(session.process_id, signal.SIGKILL)
    assert isinstance(session.ask("ran"), Message)


def test_a_death_in_a_used_process_is_tried_again_in_a_fresh_one(session: FakeSession) -> None:
    session.ask("ran")
    answer = session.ask("die unless first")
    assert isinstance(answer, Message)
    assert answer.arrays[1].tolist() == [1]


def test_an_interrupt_leaves_no_answer_for_the_next_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(stream: object) -> None:
        raise KeyboardInterrupt

    with FakeSession(FAKE) as session:
        with monkeypatch.context() as patch:
            patch.setattr("tinylab.peers.session.read_message", interrupt)
            with pytest.raises(KeyboardInterrupt):
                session.ask("ran")
        assert session.process_id is None
        assert isinstance(session.ask("ran"), Message)


def test_the_end_leaves_no_process_and_can_be_followed_by_more() -> None:
    session = FakeSession(FAKE)
    with session:
        session.ask("ran")
        first = session.process_id
        assert first is not None
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)
    assert isinstance(session.ask("ran"), Message)
    second = session.process_id
    assert second is not None
    del session  # forgotten, not closed: no ResourceWarning (an error here), and no process either
    gc.collect()
    with pytest.raises(ProcessLookupError):
        os.kill(second, 0)


def test_a_package_that_is_not_installed_is_missing() -> None:
    peer = FAKE._replace(package="no_such_package", install_hint='not installed: pip install "tinylab[x]"')
    with FakeSession(peer) as session:
        refusal = session.refusal("ran")
    assert (refusal.reason, refusal.version) == ("missing", "")
    assert refusal.message == 'Fake is missing: not installed: pip install "tinylab[x]"'


def test_a_package_that_cannot_be_imported_is_missing() -> None:
    with FakeSession(FAKE._replace(engine="tests.peers.broken_engine")) as session:
        refusal = session.refusal("ran")
    assert refusal.reason == "missing"
    assert "libpeer.so: cannot open shared object file" in refusal.message


def test_the_worker_takes_no_module_from_the_present_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('the wrong json')")
    monkeypatch.chdir(tmp_path)
    with FakeSession(FAKE) as session:
        assert isinstance(session.ask("ran"), Message)


def test_status_has_the_version_or_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    assert FAKE.status() == PeerStatus("Fake", "numpy", np.__version__, "")
    monkeypatch.setitem(sys.modules, "numpy", None)  # as if it were not installed
    assert FAKE.status() == PeerStatus("Fake", "numpy", "", "not installed")
    assert not FAKE.status().is_available


def test_inputs_are_one_array_an_input() -> None:
    one = np.zeros((4, 3), np.int8)
    assert [values.shape for values in as_inputs(one)] == [(4, 3)]
    assert [values.shape for values in as_inputs([one, one[:, :1]])] == [(4, 3), (4, 1)]
    assert as_inputs([]) == []
    for wrong in (one[:0], np.array(3), [one, one[:2]]):
        with pytest.raises(ValueError, match="one array"):
            as_inputs(wrong)
