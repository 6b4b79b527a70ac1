"""`python -m db.embedded STATE_DIRECTORY`: run the servers in the foreground until SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import NoReturn

from db.embedded.errors import EmbeddedError
from db.embedded.servers import EmbeddedServers

LOOK_SECONDS = 0.5


def main(arguments: list[str] | None = None) -> int:
    """Print one line of JSON when ready. 0 after a signal, 1 when a server failed or ended by itself."""
    parser = argparse.ArgumentParser(prog="python -m db.embedded", description=__doc__)
    parser.add_argument("state", type=Path, metavar="STATE_DIRECTORY")
    parser.add_argument("--not-durable", action="store_true", help="for tests: quick, lost with the machine")
    options = parser.parse_args(arguments)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    try:
        with EmbeddedServers(options.state, durable=not options.not_durable) as servers:
            started = servers.pids  # before anybody knows them: one may be killed as soon as it is told
            _say(servers, started)
            while servers.pids == started:
                time.sleep(LOOK_SECONDS)
            ended = ", ".join(sorted(started.keys() - servers.pids.keys()))
            sys.stderr.write(f"{ended} ended by itself; its log is in the state directory\n")
    except EmbeddedError as error:
        sys.stderr.write(f"{error}\n")
    return 1


def _say(servers: EmbeddedServers, pids: dict[str, int]) -> None:
    facts = {"database_url": servers.database_url, "redis_url": servers.redis_url, "pids": pids}
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)  # one request is enough: let the servers stop in peace
    raise SystemExit(0)


if __name__ == "__main__":
    raise SystemExit(main())
