"""Places: wherever tasks are computed, the bits are the same, and nothing listens to strangers."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from distributed import Client

from studium.data import Dataset
from studium.errors import ClusterError, UnavailableError
from studium.execution import DurableEngine, Task
from studium.execution.cluster import Certificates, connect
from studium.execution.data_cache import DataCache
from studium.execution.in_process import InProcess
from studium.execution.place import Done, Place, Raised
from studium.execution.train_task import Results
from studium.execution.workers import Workers
from studium.training import Trainer
from studium.training.concurrency import never
from studium.training.engine import Finished
from tests.execution.certificates import make_certificates
from tests.execution.clusters import cluster
from tests.execution.tasks import alone, data, group, member, task
from tests.training.racing import Plan, facts, raced

GROUPS = [group(0, 1), group(2), alone(3), alone(4, learning_rate=0.02), group(5, 6, 7)]


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STUDIUM_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("tls") / "ours")


def hashed(directory: Path, place: Callable[[Path], Place]) -> str:
    directory.mkdir(parents=True)
    engine = DurableEngine(directory, place(directory))
    try:
        ends = [end for end in engine.run(data(), GROUPS) if isinstance(end, Finished)]
        assert len(ends) == 8
        assert {end.outcome.status for end in ends} == {"complete"}
        assert engine.tally.computed == len(GROUPS)
        return engine.tally.weights
    finally:
        engine.close()


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> str:
    return hashed(tmp_path_factory.mktemp("expected") / "run", lambda path: InProcess(path, workers=1))


def test_forks_give_the_same_weights(tmp_path: Path, expected: str) -> None:
    assert hashed(tmp_path / "run", lambda path: InProcess(path, workers=2)) == expected


@pytest.mark.parametrize("n_workers", [1, 2, 4])
def test_local_workers_give_the_same_weights(tmp_path: Path, expected: str, n_workers: int) -> None:
    assert hashed(tmp_path / "run", lambda path: Workers.local(path, n_workers)) == expected


def test_a_cluster_of_two_processes_gives_the_same_weights(
    tmp_path: Path, expected: str, certificates: Certificates
) -> None:
    with cluster(certificates, tmp_path) as url:
        assert (
            hashed(tmp_path / "run", lambda path: Workers.cluster(path, connect(url, certificates)))
            == expected
        )


def test_workers_that_see_neither_folder_nor_cache_are_sent_the_data_and_send_results(
    tmp_path: Path, expected: str, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    caches = [tmp_path / "cache-1", tmp_path / "cache-2"]
    monkeypatch.setattr(Workers, "_is_shared", lambda *_: False)
    with cluster(certificates, tmp_path, caches=caches) as url:
        assert (
            hashed(tmp_path / "run", lambda path: Workers.cluster(path, connect(url, certificates)))
            == expected
        )
    for each in caches:
        assert DataCache(each / "datasets").open(data().checksum) is not None


def test_states_travel_with_the_tasks_that_go_on_from_them(
    tmp_path: Path, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    members = [member(seed, epochs=12, optimizer=name) for seed in range(3) for name in ("adam", "momentum")]
    plan: Plan = [(range(6), 3), ((0, 1, 3, 5), 7), ((1, 5), 12)]
    monkeypatch.setattr(Workers, "_is_shared", lambda *_: False)
    carried: list[bool] = []
    results = Workers._results

    def watched(self: Workers, each: Task) -> Results:
        found = results(self, each)
        carried.append(all(found.checkpoints.read(before.id) is not None for before in each.before))
        return found

    monkeypatch.setattr(Workers, "_results", watched)
    with cluster(certificates, tmp_path, caches=[tmp_path / "cache-1", tmp_path / "cache-2"]) as url:
        own = DurableEngine(tmp_path, Workers.cluster(tmp_path, connect(url, certificates)))
        there = raced(Trainer(data(), engine=own), members, plan)
        own.close()
    here = raced(Trainer(data(), workers=1), members, plan)
    assert [{place: facts(fit) for place, fit in fits.items()} for fits in there] == [
        {place: facts(fit) for place, fit in fits.items()} for fits in here
    ]
    assert all(carried)
    assert len(carried) >= 5  # a task whose worker lacked the data is sent again
    assert list((tmp_path / "checkpoints").glob("*")) == []


def test_nothing_listens_beyond_the_loopback_and_connections_are_encrypted(tmp_path: Path) -> None:
    place = Workers.local(tmp_path, 1)
    try:
        ends = list(place.run(data(), [task()], never))
        assert any(isinstance(end, Done) for end in ends)
        here = psutil.Process()
        listening = [
            connection.laddr.ip
            for process in (here, *here.children(recursive=True))
            for connection in process.net_connections("inet")
            if connection.status == psutil.CONN_LISTEN
        ]
        assert listening
        assert set(listening) == {"127.0.0.1"}
        assert place._connected is not None
        info = place._connected.client.scheduler_info()
        assert info["address"].startswith("tls://")
        assert all(address.startswith("tls://") for address in info["workers"])
    finally:
        place.close()
    assert [
        each for each in psutil.Process().children(recursive=True) if "spawn_main" in " ".join(each.cmdline())
    ] == []


def test_an_exception_in_a_worker_comes_back_with_its_traceback(tmp_path: Path) -> None:
    wrong = task(alone(0, loss="cross_entropy"))
    place = Workers.local(tmp_path, 1)
    try:
        (end,) = [
            end
            for end in place.run(data(), [wrong], never)
            if not isinstance(end, tuple) or hasattr(end, "task")
        ]
    finally:
        place.close()
    assert isinstance(end, Raised)
    assert "Traceback" in end.traceback


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (
            "tcp://127.0.0.1:8786",
            r"the cluster is 'tcp://127\.0\.0\.1:8786', but only tls://host:port is accepted",
        ),
        (
            "tls://127.0.0.1:1",
            r"the cluster tls://127\.0\.0\.1:1 cannot be reached \(.*[Cc]onnect.*\): check",
        ),
        ("tls://nowhere.invalid:8786", r"the cluster tls://nowhere\.invalid:8786 cannot be reached"),
        ("tls://127.0.0.1", r"the cluster tls://127\.0\.0\.1 cannot be reached"),
    ],
)
def test_a_cluster_that_is_not_there_is_one_sentence(
    url: str, words: str, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studium.execution.cluster._SECONDS", 1)
    with pytest.raises(ClusterError, match=words):
        connect(url, certificates)


def test_a_client_that_failed_is_gone_at_once(
    certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Else it is found by the garbage collector at any time, also while another starts, and waits for ever.
    monkeypatch.setattr("studium.execution.cluster._SECONDS", 0.2)
    before = {id(each) for each in gc.get_objects() if type(each) is Client}
    with pytest.raises(ClusterError, match="cannot be reached"):
        connect("tls://127.0.0.1:9", certificates)
    assert {id(each) for each in gc.get_objects() if type(each) is Client} <= before


def test_a_cluster_of_another_authority_is_refused(
    tmp_path: Path, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studium.execution.cluster._SECONDS", 3)
    theirs = make_certificates(tmp_path / "theirs")
    with (
        cluster(theirs, tmp_path, n_workers=0) as url,
        pytest.raises(ClusterError, match="cannot be reached"),
    ):
        connect(url, certificates)


def test_certificates_that_are_not_there_are_one_sentence(tmp_path: Path) -> None:
    missing = Certificates(tmp_path / "ca.pem", tmp_path / "cert.pem", tmp_path / "key.pem")
    with pytest.raises(ClusterError, match=r"ca\.pem is not there, but a cluster needs certificates"):
        connect("tls://127.0.0.1:8786", missing)


def test_a_cluster_that_goes_away_is_one_sentence(tmp_path: Path, certificates: Certificates) -> None:
    endless = task(alone(0, epochs=100_000))
    with cluster(certificates, tmp_path, n_workers=1) as url:
        place = Workers.cluster(tmp_path, connect(url, certificates))
        ends = place.run(data(), [endless], never)
        next(ends)
    try:
        with pytest.raises(UnavailableError, match="is gone: start it again, then resume the run"):
            list(ends)
    finally:
        place.close()


def test_a_dataset_that_was_damaged_in_the_cache_is_noticed(tmp_path: Path) -> None:
    cache = DataCache(tmp_path)
    cache.keep(data())
    path = cache.path(data().checksum)
    assert _same(cache.open(data().checksum), data())
    path.write_bytes(path.read_bytes()[:-1])
    assert cache.open(data().checksum) is None
    cache.keep(data())
    assert _same(cache.open(data().checksum), data())
    path.rename(cache.path("0" * 64))
    assert cache.open("0" * 64) is None


def _same(found: Dataset | None, expected: Dataset) -> bool:
    return (
        found is not None
        and found.checksum == expected.checksum
        and found.name == expected.name
        and found.class_names == expected.class_names
        and bool((found.inputs == expected.inputs).all())
    )


def test_two_drivers_with_equal_tasks_on_one_cluster_keep_to_themselves(
    tmp_path: Path, certificates: Certificates
) -> None:
    with cluster(certificates, tmp_path, n_workers=1) as url:
        places = [Workers.cluster(tmp_path / name, connect(url, certificates)) for name in ("a", "b")]
        runs = [place.run(data(), [task(alone(0, epochs=200))], never) for place in places]
        ends = [[end for end in run if isinstance(end, Done)] for run in runs]
        for place in places:
            place.close()
    assert ends[0][0].written.reference.weights == ends[1][0].written.reference.weights
    assert all(
        (tmp_path / name / "fits" / f"{ends[0][0].written.reference.task}.safetensors").exists()
        for name in ("a", "b")
    )


def test_workers_that_were_left_in_the_middle_do_the_next_tasks(tmp_path: Path) -> None:
    place = Workers.local(tmp_path, 1)
    try:
        left = place.run(data(), [task(alone(0, epochs=100_000))], never)
        next(left)
        left.close()  # type: ignore[attr-defined]
        assert [end.task for end in place.run(data(), [task()], never) if isinstance(end, Done)] == [0]
    finally:
        place.close()
