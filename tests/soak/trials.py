"""The trials against the real service: each breaks one thing for a while, mends it, and counts what was told."""

import contextlib
import resource
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from alertd.sandbox.smartpyme import serve
from tests.store.makers import spoil_levels

from .stage import Line, Stage, health

Trial = Callable[[Path, float], Line]


@contextlib.contextmanager
def stage(folder: Path, **options: int) -> Iterator[Stage]:
    made = Stage(folder / "home", **options)
    try:
        yield made
    finally:
        made.close()


def kills(folder: Path, seconds: float) -> Line:
    """SIGKILL at random moments: while it reads, decides, sends, writes down, starts."""
    with stage(folder) as scene:
        count, until = 0, time.monotonic() + seconds
        while time.monotonic() < until:
            child = scene.start()
            scene.live(scene.dice.uniform(0.3, 5.0))
            scene.kill(child)
            count += 1
        scene.start()
        scene.settle()
        return scene.reckon("killed at random moments", f"{count} kills")


def stops(folder: Path, seconds: float) -> Line:
    """SIGSTOP for longer than a lease, while a second service takes over; then both go on."""
    with stage(folder) as scene:
        first, second = scene.start(), scene.start("worker")
        scene.wait_until_up(first)
        stopped, until = 0, time.monotonic() + seconds
        while time.monotonic() < until:
            scene.live(2)
            first.send_signal(signal.SIGSTOP)
            scene.live(max(3.0, min(35.0, seconds * 0.8)) if not stopped else scene.dice.uniform(1, 4))
            first.send_signal(signal.SIGCONT)
            stopped += 1
        scene.settle()
        scene.look(second)
        return scene.reckon("stopped and let go on", f"{stopped} stops, the first longer than a lease")


def two_services(folder: Path, seconds: float) -> Line:
    """Somebody started it twice: leases keep them from sending anything twice."""
    with stage(folder) as scene:
        both = [scene.start(), scene.start()]
        up = [scene.wait_until_up(child) for child in both]
        scene.look(both[0])
        scene.live(seconds, pace=0.25)
        scene.settle()
        scene.look(both[0])
        line = scene.reckon("two services on one home", "they share by lease")
        if not all(up):
            line.wrong.append("one did not start")
        if line.duplicates:
            line.wrong.append("something was sent twice")
        return line


def flapping(folder: Path, seconds: float) -> Line:
    """The upstream system comes and goes: faults, refusals, cut answers, a port on which nobody listens."""
    with stage(folder) as scene:
        child = scene.start()
        scene.wait_until_up(child)
        scene.look(child)
        until, turns = time.monotonic() + seconds, 0
        while time.monotonic() < until:
            for kind in scene.dice.sample(("500", "503", "html", "truncated", "reset", "torn"), 2):
                scene.shop.faults.add(kind, probability=0.7)
            scene.live(2)
            port = scene.upstream.port
            scene.upstream.close()
            scene.live(1.5)
            scene.shop.faults.clear()
            scene.upstream = serve(scene.shop, port=port).__enter__()
            scene.live(2)
            turns += 1
        scene.shop.faults.clear()
        _hurry(scene)
        scene.settle(90)
        scene.look(child)
        return scene.reckon("the upstream flaps", f"{turns} times away")


def _hurry(scene: Stage) -> None:
    """A lane that failed waits for up to a quarter of an hour; nobody here has that long."""
    with contextlib.closing(scene._database()) as database:
        database.execute("UPDATE lane SET next_due_at = 0, failures = 0")


def hanging(folder: Path, seconds: float) -> Line:
    """The receiver takes a message and does not answer, for longer than anybody waits."""
    with stage(folder) as scene:
        child = scene.start()
        scene.wait_until_up(child)
        scene.look(child)
        scene.receiver.gate.clear()
        scene.live(seconds)
        scene.receiver.gate.set()
        with contextlib.closing(scene._database()) as database:
            database.execute("UPDATE message SET due_at = 0 WHERE state = 'waiting'")
        scene.settle(90)
        scene.look(child)
        return scene.reckon("the receiver hangs", "what it took without an answer comes again, under the same id")


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path | None]:
    """A disk of its own; None where this user may not mount one."""
    place = folder / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)), capture_output=True, check=False
    )
    if mounted.returncode:
        yield None
        return
    try:
        yield place
    finally:
        subprocess.run(("umount", "-l", str(place)), capture_output=True, check=False)


def full_disk(folder: Path, seconds: float) -> Line:
    """No byte left, on a small tmpfs; where none can be mounted, a limit on the size of files."""
    with small_disk(folder, 24) as disk:
        if disk is None:
            return _size_limit(folder, seconds)
        with stage(disk) as scene:
            child = scene.start()
            scene.wait_until_up(child)
            scene.live(2)
            scene.settle()
            before = len(scene.told())
            ballast = _fill(disk)
            scene.live(seconds)
            ill = health(child) or {}
            scene.look(child)
            ballast.unlink()
            scene.settle(90)
            line = scene.reckon(
                "the disk is full", f"said '{ill.get('writing')}' while it lasted, {before} told before"
            )
            if ill.get("ok", True):
                line.wrong.append("/healthz did not say so")
            _hear(scene, line, "is full; make room")
            return line


def _fill(disk: Path) -> Path:
    """Everything that is free, to the last page."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            with contextlib.suppress(OSError):
                while file.write(b"\0" * size):
                    pass
    return ballast


def _size_limit(folder: Path, seconds: float) -> Line:
    with stage(folder) as scene:
        limit = (scene.home / "alertd.db").stat().st_size + 65_536

        def small_files() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        child = scene.start("worker", preexec_fn=small_files)
        scene.live(seconds)
        scene.kill(child)
        scene.start()
        scene.settle()
        return scene.reckon("files may not grow", "no tmpfs here: a limit on the size of files instead")


def read_only(folder: Path, seconds: float) -> Line:
    """The disk is mounted anew without the right to write, as Linux does after a fault."""
    with small_disk(folder, 64) as disk:
        if disk is None:
            return Line("the home is read-only", note="skipped: this user may not mount a disk")
        with stage(disk) as scene:
            child = scene.start()
            scene.wait_until_up(child)
            scene.live(2)
            scene.settle()
            child.send_signal(signal.SIGSTOP)
            done = subprocess.run(("mount", "-o", "remount,ro", str(disk)), capture_output=True, check=False)
            child.send_signal(signal.SIGCONT)
            if done.returncode:
                # Files are open for writing: the service has to go for the moment.
                scene.kill(child)
                subprocess.run(("mount", "-o", "remount,ro", str(disk)), capture_output=True, check=False)
            said = scene.run("poll").stderr.strip()
            again = scene.run("serve").stderr.strip()
            scene.fall(3)
            subprocess.run(("mount", "-o", "remount,rw", str(disk)), capture_output=True, check=False)
            if child.poll() is not None:
                child = scene.start()
            scene.live(max(1.0, seconds - 4))
            scene.settle()
            line = scene.reckon("the home is read-only", f"one line: {said[-60:]!r}")
            for text in (said, again):
                if "Traceback" in text or len(text.splitlines()) != 1:
                    line.wrong.append(f"not one clear line: {text[-200:]!r}")
            return line


def damage(folder: Path, seconds: float) -> Line:
    """A page of the database is spoiled: found, refused, and mended by the command that the sentence names."""
    with stage(folder) as scene:
        child = scene.start()
        scene.wait_until_up(child)
        scene.live(seconds / 2)
        scene.settle()
        copy = scene.home / "backups" / "alertd-20260101-000000.db"
        copy.parent.mkdir(exist_ok=True)
        scene.must("db", "backup", str(copy))
        scene.stop(child)
        spoil_levels(scene.home / "alertd.db")
        checked, refused = scene.run("db", "check"), scene.run("serve")
        scene.fall(2)
        scene.must("db", "restore", str(copy))
        child = scene.start()
        scene.wait_until_up(child)
        scene.live(seconds / 2)
        scene.settle()
        line = scene.reckon("a damaged page", "found, refused, restored")
        if checked.returncode != 1 or f"alertd db restore {copy}" not in checked.stderr:
            line.wrong.append("db check did not name the way out")
        if refused.returncode != 1 or str(copy) not in refused.stderr:
            line.wrong.append(f"serve did not refuse: {refused.stderr[-200:]!r}")
        return line


def _hear(scene: Stage, line: Line, sentence: str) -> None:
    said = scene.log.read_text(errors="replace")
    if sentence not in said:
        line.wrong.append(f"the log does not say '{sentence}'")
    if "Traceback" in said:
        line.wrong.append("a traceback in the log")


def mounts_left(folder: Path) -> list[str]:
    """What a trial that was cut off left mounted."""
    lines = Path("/proc/mounts").read_text().splitlines() if Path("/proc/mounts").exists() else []
    return [line.split()[1] for line in lines if line.split()[1].startswith(str(folder))]
