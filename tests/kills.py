"""Writers and runs that are killed in the middle of it, hundreds of times: `python -m tests.kills`, some minutes.

Every writer saves two networks by turns to one name, as fast as it can, until it is killed, at a moment drawn anew each
time. The file must then be one of the two, whole. That the moments are well chosen shows by the files that the killed
leave beside it, and by a writer of the plain kind, which breaks its file. A run of `refnn train` that is killed again
and again, and resumed from its last checkpoint, must end with the very file of a run that was left alone.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

WRITER = """
import sys
from pathlib import Path
from refnn import Dense, Network, save

path, plain = Path(sys.argv[1]), sys.argv[2] == "plain"
nets = [Network([Dense(400)], 500, seed) for seed in (1, 2)]
contents = [save(net, path).read_bytes() for net in nets]
print("ready", flush=True)
for i in range(10**9):
    if plain:
        path.write_bytes(contents[i % 2])
    else:
        save(nets[i % 2], path)
"""


# refnn train, but that it waits for a line behind each epoch
RUN = """
import sys
from refnn.cli import main, train

def wait(epoch):
    sys.stdin.readline()

train.progress = lambda *epochs: wait
sys.exit(main(sys.argv[1:]))
"""


def kills(folder: Path, n: int, seed: int = 0, how: str = "save") -> Counter[str]:
    """Kill n writers and count what they left: "old or new", after "in between" where they were about to write."""
    from refnn import Dense, Network, load

    whole = [Network([Dense(400)], 500, seed).parameters()["0.W"].tobytes() for seed in (1, 2)]
    path, draw, found = folder / "net.npz", random.Random(seed), Counter[str]()
    for _ in range(n):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path), how], stdout=subprocess.PIPE)
        assert writer.stdout is not None and writer.stdout.readline() == b"ready\n"
        time.sleep(draw.uniform(0, 0.03))
        writer.kill()
        writer.wait()
        writer.stdout.close()
        left = [each for each in folder.iterdir() if each != path]
        for each in left:
            each.unlink()
        try:
            assert load(path)[0].parameters()["0.W"].tobytes() in whole
        except ValueError:
            found["broken"] += 1
        else:
            found["whole, killed in the middle of writing" if left else "whole"] += 1
    return found


def killed_run(folder: Path, n: int, seed: int = 0) -> None:
    """Kill a run n times, resuming it; fail if its model is not that of a run left alone.

    It has n + 1 epochs, and behind each it waits until it is told to go on, which a run to be killed is once at most:
    so the last epoch is never over before the last kill, on whatever machine.
    """
    draw, checkpoint = random.Random(seed), folder / "run-checkpoint.npz"
    new = ["--model", "mlp", "--epochs", str(n + 1), "--out"]

    def start(out: Path) -> subprocess.Popen[bytes]:
        which = ["--resume", str(checkpoint)] if checkpoint.exists() else [*new, str(out)]
        command = [sys.executable, "-c", RUN, "train", "--checkpoint-every", "1", *which]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)

    def end(run: subprocess.Popen[bytes]) -> int:
        run.communicate()  # without a word more it goes on to the end
        return run.returncode

    assert end(start(folder / "alone.npz")) == 0
    for _ in range(n):
        run = start(folder / "run.npz")
        assert run.stdin is not None and run.stdout is not None and run.stdout.readline()  # it has begun
        run.stdin.write(b"go on\n" * draw.randrange(2))
        time.sleep(draw.uniform(0, 0.1))
        run.kill()
        assert end(run) < 0
    assert end(start(folder / "run.npz")) == 0
    assert (folder / "run.npz").read_bytes() == (folder / "alone.npz").read_bytes()


def flipped(path: Path, seed: int = 0) -> Counter[str]:
    """Flip a bit of every byte of a saved network and of a saved run; count what reading them comes to."""
    from tests.test_saving import KINDS, same, written

    found, draw = Counter[str](), random.Random(seed)
    for kind in KINDS:
        content, read = written(kind, path)
        before = read(path)
        for place, byte in enumerate(content):
            path.write_bytes(content[:place] + bytes([byte ^ 1 << draw.randrange(8)]) + content[place + 1 :])
            try:
                found["the same" if same(before, read(path)) else "another"] += 1
            except ValueError:
                found["refused"] += 1
    return found


def main() -> None:
    """Kill as often as asked; fail where a file broke, or none would have broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=500, help="writers to kill; default: 500")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="of the moments; default: drawn")
    options = parser.parse_args()
    print(f"seed {options.seed}")
    with tempfile.TemporaryDirectory() as folder:
        found = kills(Path(folder), options.n, options.seed)
        print(f"save: {dict(found)}", flush=True)
        plain = kills(Path(folder), 20, options.seed, "plain")
        print(f"a plain writer: {dict(plain)}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        bits = flipped(Path(folder, "net.npz"), options.seed)
        print(f"files with one bit flipped: {dict(bits)}", flush=True)
        times = options.n // 20
        killed_run(Path(folder), times, options.seed)
        print(f"a run of training: killed {times} times, and its model is that of a run left alone")
    if found["broken"] or bits["another"]:
        sys.exit("a file broke, or lied")
    if found["whole, killed in the middle of writing"] < options.n / 10 or not plain["broken"]:
        sys.exit("the moments were too kind to break anything")


if __name__ == "__main__":
    main()
