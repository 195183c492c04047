"""Cases in Python that print TAP, as tests/run counts it."""
import os
import sys
import tempfile
import traceback


def run(module, prefix):
    """Calls every function of a module's globals() whose name begins so, each with a folder of its own that is then removed, and
    ends the process: by 1 if a case failed."""
    cases = [case for name, case in sorted(module.items()) if name.startswith(prefix)]
    print(f"1..{len(cases)}")
    bad = 0
    for number, case in enumerate(cases, 1):
        with tempfile.TemporaryDirectory() as scratch:
            try:
                case(os.path.realpath(scratch))
                print(f"ok {number} {case.__name__}", flush=True)
            except Exception as problem:
                bad += 1
                last = traceback.extract_tb(problem.__traceback__)[-1]
                said = f"{os.path.basename(last.filename)}:{last.lineno}: {type(problem).__name__}: {problem}".splitlines()
                print(f"not ok {number} {case.__name__}", *(f"# {line}" for line in said), sep="\n", flush=True)
    sys.exit(bad > 0)
