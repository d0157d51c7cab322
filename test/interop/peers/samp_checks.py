"""Named checks with time limits.

Each check becomes one JSON line on stdout: {"check": name, "ok": true or false, "detail": text, "seconds": s}.
"""

import json
import os
import sys
import threading
import time
import traceback

_print_lock = threading.Lock()


def emit(record):
    with _print_lock:
        sys.stdout.write(json.dumps(record) + "\n")
        sys.stdout.flush()


def watchdog(seconds):
    """Ends this process whatever hangs; a stuck peer must not outlive the test that started it."""

    def expire():
        emit({"check": "watchdog", "ok": False, "detail": f"gave up after {seconds} s", "seconds": seconds})
        os._exit(3)

    timer = threading.Timer(seconds, expire)
    timer.daemon = True
    timer.start()


_checks = []


def check(name, limit=15.0):
    def remember(function):
        _checks.append((name, limit, function))
        return function

    return remember


def _attempt(function, world, outcome):
    try:
        function(world)
        outcome["ok"] = True
    except AssertionError as error:
        outcome["detail"] = str(error) or "assertion failed: " + traceback.format_exc(limit=-2, chain=False)
    except Exception:
        outcome["detail"] = traceback.format_exc(limit=-2, chain=False)


def run_checks(world, only=None):
    for name, limit, function in _checks:
        if only and only not in name:
            continue
        outcome = {"ok": False, "detail": f"not finished after {limit} s"}
        begun = time.monotonic()
        thread = threading.Thread(target=_attempt, args=(function, world, outcome), daemon=True)
        thread.start()
        thread.join(limit)
        emit({"check": name, "ok": outcome["ok"], "detail": "" if outcome["ok"] else outcome["detail"],
              "seconds": round(time.monotonic() - begun, 3)})


def expect(actual, expected, what="value"):
    if actual != expected:
        raise AssertionError(f"{what}: expected {expected!r}, observed {actual!r}")


def require(condition, text):
    if not condition:
        raise AssertionError(text)


def each(rows, function):
    """Runs function(*row) on every row; one AssertionError names all rows that went wrong."""
    wrong = []
    for row in rows:
        try:
            function(*row)
        except AssertionError as error:
            wrong.append(f"[{row!r}] {error}")
    if wrong:
        raise AssertionError(f"{len(wrong)} of {len(rows)} rows: " + " | ".join(wrong))


def main(limit, world):
    watchdog(limit)
    place = world()
    run_checks(place, sys.argv[1] if len(sys.argv) > 1 else None)
    place.close()
    emit({"check": "finished", "ok": True, "detail": "", "seconds": 0})
    # Threads of astropy's servers may linger; nothing of this process is worth waiting for.
    os._exit(0)
