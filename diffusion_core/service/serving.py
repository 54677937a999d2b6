"""What a process of the service does: work for whoever asks, until they hang up.

Messages are tuples (wire.py).

    to it       ("do", key, job, party)     party: the visitor for whom it is done, or ""
                ("shared", key)             others want it, too
                ("forget", key)
    from it     ("ready",)                  once, before this
                ("chunk", key, bytes)       more of a job's answer
                ("finished", key)           ("failed", key, sentence)
                ("alive",)                  now and then while it works (pulse.py)

It ends when the other side hangs up, so nothing is left behind whatever happens to the server.
"""

from __future__ import annotations

import os
import signal
import sys

from diffusion_core.service.pulse import Pulse
from diffusion_core.service.wire import Wire
from diffusion_core.service.work import Job, Networks, Work
from diffusion_core.service.works import Report, Works


def wire_of_this_process(niceness: int) -> Wire:
    """The wire to whoever has started this process, which has been told its number; and make way
    for others as far as that."""
    wire = Wire.of(int(sys.argv[1]))
    os.nice(niceness)
    # Ctrl-C in a terminal reaches us too; it ends the server, which ends us, without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return wire


def serve(wire: Wire, networks: Networks, works: Works) -> None:
    """Do what is asked until the other side hangs up. SystemExit when nothing can be done any more
    in this process."""
    pulse = Pulse(wire)
    try:
        while True:
            # Waits for a message while there is nothing to do; looks for one between passes.
            while not len(works) or wire.poll():
                match wire.receive():
                    case ("do", int(key), job, party):
                        works.add(key, _begun(job, networks), party)
                        # At once: the others of a crowd arrive meanwhile, and share its passes.
                        for report in works.begin():
                            tell(wire, report)
                        end_if_broken(works)
                    case ("shared", int(key)):
                        works.share(key)
                    case ("forget", int(key)):
                        works.forget(key)
            for some in (works.begin, works.ask, works.turn):
                for report in some():
                    tell(wire, report)
            end_if_broken(works)
            pulse.beat()
    except (EOFError, BrokenPipeError, ConnectionResetError):
        works.close()


def _begun(job: Job, networks: Networks) -> Work:
    """Its work, so that also what goes wrong at its beginning is that job's alone."""
    yield from job.work(networks)


def end_if_broken(works: Works) -> None:
    """SystemExit if nothing can be done any more in this process."""
    if works.broken:
        raise SystemExit("Everything fails in this process: it is to be replaced.")


def tell(wire: Wire, report: Report) -> None:
    """Pass on what came of a job."""
    if report.problem is not None:
        wire.send(("failed", report.key, report.problem))
    elif report.finished:
        wire.send(("finished", report.key))
    else:
        wire.send(("chunk", report.key, report.result))
