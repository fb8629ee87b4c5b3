"""Install PyTorch's CPU build into this environment, unless some PyTorch is there already.

PyTorch's own index has builds without CUDA; it is asked as an extra index where it answers. Where it does not, the
release below comes from the index that pip is set up with. A machine with an NVIDIA card installs the CUDA build
first, as pytorch.org tells, and this script then leaves it alone.
"""

import importlib.util
import subprocess
import sys
import urllib.request

INDEX = "https://download.pytorch.org/whl/cpu"
RELEASE = "2.13.0"


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/torch/", timeout=5) as reply:  # noqa: S310 - a constant https address
            return reply.status == 200
    except OSError:
        return False


def main() -> int:
    if importlib.util.find_spec("torch"):
        return 0
    command = [sys.executable, "-m", "pip", "install", "--quiet", "numpy>=2"]
    extra = ["--extra-index-url", INDEX] if answers(INDEX) else []
    wanted = f"torch=={RELEASE}+cpu" if extra else f"torch=={RELEASE}"
    return subprocess.run([*command, wanted, *extra], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
